import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#platform/db/embedded.ts'

const support = JSON.stringify(new URL('../tests/support/database.ts', import.meta.url).href)
let server: EmbeddedPostgres
let folder: string

before(async () => {
  server = await startEmbeddedPostgres({ throwaway: true })
  folder = mkdtempSync(join(tmpdir(), 'plinth-runner-'))
})

after(async () => {
  rmSync(folder, { recursive: true })
  await server.stop()
})

function plant(name: string, body: string): string {
  const path = join(folder, name)
  writeFileSync(path, `import { test } from 'node:test'\nimport { createTestDatabase } from ${support}\n${body}\n`)
  return path
}

function runner(...args: string[]) {
  const { PLINTH_TEST_SERVER: _, PLINTH_TEST_TEMPLATE: __, NODE_TEST_CONTEXT: ___, ...inherited } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, 'test.ts'), ...args], {
    env: { ...inherited, TEST_DATABASE_URL: server.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run = { child, output: '', exit: once(child, 'close') as Promise<[number | null, string | null]> }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      run.output += text
    })
  }
  return run
}

async function databases(): Promise<string[]> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    "select datname from pg_database where datname like 'plinth\\_%'",
  )
  await client.end()
  return rows.map(({ datname }) => datname)
}

test('a run ends with the summary of the test runner and leaves no database, even one that a test forgot', async () => {
  const path = plant('passing.test.ts', "test('a copy', async () => void (await createTestDatabase()))")
  const run = runner(path)
  assert.deepEqual(await run.exit, [0, null], run.output)
  assert.match(run.output, /PostgreSQL 1\d.*1 files/)
  assert.match(run.output, /ℹ pass 1\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms \S+\n$/)
  assert.deepEqual(await databases(), [])
})

test('a failing test fails the run', async () => {
  const run = runner(plant('failing.test.ts', "test('no', () => { throw new Error('planted') })"))
  assert.deepEqual((await run.exit)[0], 1)
  assert.match(run.output, /planted/)
  assert.deepEqual(await databases(), [])
})

test('an interrupted run names what was running, cleans up and fails', async () => {
  const path = plant(
    'endless.test.ts',
    "test('endless', async () => { await createTestDatabase(); await new Promise((r) => setTimeout(r, 60_000)) })",
  )
  const run = runner(path)
  for (let i = 0; i < 400 && (await databases()).length < 2; i++) await pause(50)
  run.child.kill('SIGINT')
  const [code] = await run.exit
  assert.notEqual(code, 0)
  assert.match(run.output, /endless/)
  assert.deepEqual(await databases(), [])
})

test('a name that matches no file is an error, not a success', async () => {
  const run = runner('no-such-test-anywhere')
  assert.deepEqual(await run.exit, [1, null])
  assert.match(run.output, /No test file matches no-such-test-anywhere/)
})
