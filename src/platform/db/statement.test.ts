import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import pg from 'pg'
import { createEmptyDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { Statement } from './statement.ts'

let database: TestDatabase
let client: pg.Client
let sent: string[]

before(async () => {
  database = await createEmptyDatabase()
})

beforeEach(async () => {
  client = new pg.Client({ connectionString: database.url, pipeline: true })
  await client.connect()
  await client.query('drop table if exists things; create table things (id int, name text, at timestamptz)')
  await client.query("insert into things values (1, 'one', '2026-01-02T03:04:05.678Z'), (2, null, null)")
  sent = []
  for (const method of ['parse', 'describe'] as const) {
    const original = client.connection[method].bind(client.connection) as (...given: unknown[]) => void
    client.connection[method] = (...given: unknown[]) => {
      sent.push(method)
      original(...given)
    }
  }
})

after(() => database.drop())

function run(text: string, values: unknown[] = [], on = client): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    on.query(new Statement(text, values, (error, result) => (error ? reject(error) : resolve(result))))
  })
}

const ONE = 'select id, name, at from things where id = $1'

test('a statement is parsed and described once on a connection, and every answer has its types', async () => {
  const answers = []
  for (const id of [1, 2, 3, 1]) answers.push((await run(ONE, [id])).rows)
  const first = { id: 1, name: 'one', at: new Date('2026-01-02T03:04:05.678Z') }
  assert.deepEqual(
    answers.map((rows) => rows.map((row) => ({ ...row }))),
    [[first], [{ id: 2, name: null, at: null }], [], [first]],
  )
  assert.deepEqual(sent, ['parse', 'describe'])
  await client.end()
})

test('statements that are sent together do not mix their answers', async () => {
  const ask = () => [run(ONE, [1]), run('select count(*)::int as count from things'), run(ONE, [2])]
  for (let round = 0; round < 3; round++) {
    const [one, count, two] = await Promise.all(ask())
    assert.deepEqual([one?.rows[0].name, count?.rows[0].count, two?.rows[0].name], ['one', 2, null])
  }
  await client.end()
})

test('a statement that changes rows says how many, each time', async () => {
  for (let round = 0; round < 3; round++) {
    assert.equal((await run('update things set name = $1', [`n${round}`])).rowCount, 2)
    assert.deepEqual((await run('update things set name = $1 where id = 1 returning name', ['x'])).rows, [
      { name: 'x' },
    ])
  }
  await client.end()
})

test('a statement that would return something else after a migration is refused, and a new connection reads it', async () => {
  const all = 'select * from things where id = $1'
  await run(all, [1])
  await run(all, [1])
  const other = new pg.Client({ connectionString: database.url })
  await other.connect()
  await other.query("alter table things add column extra text default 'new', alter column id type bigint")
  await assert.rejects(run(all, [1]), { code: '0A000' })
  assert.deepEqual((await run(all, [1], other)).rows[0].extra, 'new')
  await Promise.all([client.end(), other.end()])
})

test('a command without values has no name', async () => {
  const result = await new Promise<pg.QueryResult>((resolve, reject) => {
    client.query(new Statement('begin', undefined, (error, result) => (error ? reject(error) : resolve(result))))
  })
  assert.equal(result.command, 'BEGIN')
  assert.deepEqual(sent, [])
  await client.end()
})
