import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startTestServer } from './testing.ts'

/** Keeps the event loop late for a while, in pieces, as work that is too much does. */
async function overload(milliseconds: number, pieceMs: number): Promise<void> {
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    const pieceEnd = performance.now() + pieceMs
    while (performance.now() < pieceEnd);
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('while the event loop is late, requests are turned away with a hint, probes are answered, and it recovers', async () => {
  const server = await startTestServer({
    config: { maxEventLoopDelayMs: 100 },
    routes: (app) => app.get('/api/v1/x', { config: { access: 'public' } }, async () => ({})),
  })
  try {
    assert.equal((await fetch(`${server.url}/api/v1/x`)).status, 200)

    const late = overload(1500, 300)
    await pause(700)
    const [refused, probe] = await Promise.all([fetch(`${server.url}/api/v1/x`), fetch(`${server.url}/livez`)])
    assert.equal(refused.status, 503)
    assert.equal(refused.headers.get('retry-after'), '1')
    assert.equal(((await refused.json()) as { code: string }).code, 'OVERLOADED')
    assert.equal(probe.status, 200)

    await late
    await pause(800)
    assert.equal((await fetch(`${server.url}/api/v1/x`)).status, 200)
  } finally {
    await server.close()
  }
})

test('a server that is busy and never late turns nobody away', async () => {
  const server = await startTestServer({
    config: { maxEventLoopDelayMs: 300 },
    routes: (app) => app.get('/api/v1/x', { config: { access: 'public' } }, async () => ({})),
  })
  try {
    const busy = overload(800, 10)
    for (let round = 0; round < 10; round++) assert.equal((await fetch(`${server.url}/api/v1/x`)).status, 200)
    await busy
  } finally {
    await server.close()
  }
})
