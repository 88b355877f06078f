import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSqlPlace } from './check-sql-place.ts'
import { describe } from './findings.ts'
import { plant } from './planted-tree.ts'
import { ROOT } from './source.ts'

const SAMPLES = {
  'a query that is built': "export const f = (tx: any) => tx.selectFrom('projects').selectAll().execute()",
  'an insert': "export const f = (tx: any) => tx.insertInto('projects').values({})",
  'a query that is built under another name': "export const f = (tx: any) => tx['deleteFrom']('projects')",
  'a template': "import { sql } from 'kysely'\nexport const f = sql`now()`",
  'a template with a type': "import { sql } from 'kysely'\nexport const f = sql<Date>`now()`",
  'a raw fragment': "import { sql } from 'kysely'\nexport const f = sql.raw('now()')",
  'a text for the driver': "export const f = (client: any) => client.query('SELECT 1')",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a program
  'a template for the driver': 'export const f = (client: any, t: string) => client.query(`set role ${t}`)',
  'a constant with a statement': "export const QUESTION = 'update users set name = $1'",
  'a constant over lines': 'export const QUESTION = `\n  with mine as (select 1)\n  select * from mine`',
}

for (const [what, text] of Object.entries(SAMPLES)) {
  test(`${what} outside of queries.ts is found`, (t) => {
    const { findings } = checkSqlPlace(plant(t, { 'src/projects/projects.ts': `${text}\n` }))
    assert.equal(findings.length, 1, findings.map(describe).join('\n'))
    assert.equal(findings[0]?.path, 'src/projects/projects.ts')
  })
}

test('queries.ts, the database itself and tests may', (t) => {
  const text = `${SAMPLES['a template']}\n`
  const places = [
    'src/projects/queries.ts',
    'src/tenants/invitations/queries.ts',
    'src/platform/db/page.ts',
    'src/projects/a.test.ts',
  ]
  const { findings } = checkSqlPlace(plant(t, Object.fromEntries(places.map((path) => [path, text]))))
  assert.deepEqual(findings, [])
})

test('words of people are not SQL', (t) => {
  const text = [
    "export const hint = 'Select a project from the list'",
    "export const refusal = 'Update the plan to create more'",
    'export const f = (client: any) => client.query(QUESTION)',
    "export const q = (request: any) => request.query('page')",
    "const QUESTION = 'with pleasure'",
    '// select * from projects',
  ]
  assert.deepEqual(checkSqlPlace(plant(t, { 'src/projects/routes.ts': text.join('\n') })).findings, [])
})

test('in this repository SQL is in its place', () => {
  const { files, findings } = checkSqlPlace(ROOT)
  assert.ok(files > 50)
  assert.deepEqual(findings.map(describe), [])
})
