import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { endLocalStripe, joinLocalStripe } from './join.ts'

test('those who come at once meet at one, and one that comes too late gives way', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'local-stripe-'))
  const [meeting, state] = [join(folder, 'meeting'), join(folder, 'state')]
  t.after(async () => {
    await endLocalStripe(meeting)
    rmSync(folder, { recursive: true, force: true })
  })
  const options = { webhookSecret: 'whsec_of_the_tests', offsetMs: 0 }
  const joined = await Promise.all(Array.from({ length: 3 }, () => joinLocalStripe({ meeting, state, ...options })))
  assert.equal(new Set(joined.map(({ url }) => url)).size, 1)

  const address = () => readFileSync(join(meeting, 'address.json'), 'utf8')
  const before = address()
  const late = spawn(process.execPath, [
    join(import.meta.dirname, 'daemon.ts'),
    meeting,
    state,
    JSON.stringify(options),
  ])
  t.after(() => late.kill())
  assert.deepEqual(await once(late, 'exit', { signal: AbortSignal.timeout(15_000) }), [0, null])
  assert.equal(address(), before)
})

test('one that is started again is where it was, so that its links still lead somewhere, unless the place is taken', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'local-stripe-'))
  const [meeting, state] = [join(folder, 'meeting'), join(folder, 'state')]
  t.after(async () => {
    await endLocalStripe(meeting)
    rmSync(folder, { recursive: true, force: true })
  })
  const start = () => joinLocalStripe({ meeting, state, webhookSecret: 'whsec_of_the_tests', offsetMs: 0 })
  const first = await start()
  await endLocalStripe(meeting)
  assert.equal((await start()).url, first.url)
  await endLocalStripe(meeting)

  const other = createServer().listen(Number(new URL(first.url).port), '127.0.0.1')
  t.after(() => other.close())
  await once(other, 'listening')
  assert.notEqual((await start()).url, first.url)
})
