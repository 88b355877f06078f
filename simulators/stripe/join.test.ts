import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
