import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { startEmbeddedPostgres } from '#platform/db/embedded.ts'
import { reset } from './reset.ts'

let folder: string
let said: string[]
const say = (line: string) => void said.push(line)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plinth-reset-'))
  said = []
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the data folder goes, whole', async () => {
  const dataDir = join(folder, 'data')
  await (await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), throwaway: true })).stop()
  mkdirSync(join(dataDir, 'files'))
  writeFileSync(join(dataDir, 'secret'), '')
  assert.equal(await reset(dataDir, say), true)
  assert.equal(existsSync(dataDir), false)
  assert.match(said.join(), /The next start begins anew/)
})

test('what is not ours in a folder elsewhere stays, and is named', async () => {
  mkdirSync(join(folder, 'files'))
  writeFileSync(join(folder, 'thesis.md'), 'years of work')
  assert.equal(await reset(folder, say), true)
  assert.deepEqual(readdirSync(folder), ['thesis.md'])
  assert.match(said.join(), /left thesis\.md alone/)
})

test('nothing is removed under a running database or a running development server', async () => {
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), throwaway: true })
  assert.equal(await reset(folder, say), false)
  await server.stop()
  writeFileSync(join(folder, 'dev.pid'), String(process.pid))
  assert.equal(await reset(folder, say), false)
  assert.ok(existsSync(join(folder, 'postgres')))
  assert.match(said.join(), /Stop it first/)
})

test('a folder that is not there is no failure', async () => {
  assert.equal(await reset(join(folder, 'nothing'), say), true)
  assert.match(said.join(), /nothing to remove/)
})
