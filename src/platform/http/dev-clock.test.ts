import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type AdjustableClock, adjustableClock } from '../clock.ts'
import { clockRoutes } from './dev-clock.ts'
import { startTestServer, type TestServer } from './testing.ts'

let clock: AdjustableClock
let server: TestServer
const moves: Date[] = []

before(async () => {
  clock = adjustableClock()
  const onMove = async (now: Date) => void moves.push(now)
  server = await startTestServer({ routes: (app) => void app.register(clockRoutes, { clock, onMove }) })
})
after(() => server.close())

async function move(body: object): Promise<{ status: number; body: { now: string; code: string; details: object[] } }> {
  const answer = await fetch(`${server.url}/dev/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as never }
}

for (const [advance, days] of [
  ['P1D', 1],
  ['PT24H', 1],
  ['P2W', 14],
  ['PT0.5S', 0.5 / 86_400],
] as const) {
  test(`the clock goes on by ${advance}, and takes along what lives by it`, async () => {
    const before = clock.now().getTime()
    const { status, body } = await move({ advance })
    assert.equal(status, 200)
    assert.ok(Math.abs(Date.parse(body.now) - before - days * 86_400_000) < 1000)
    assert.ok(Math.abs(Date.parse(body.now) - (moves.at(-1)?.getTime() ?? 0)) < 1000)
  })
}

for (const body of [
  {},
  { advance: 'P' },
  { advance: 'PT' },
  { advance: '-P1D' },
  { advance: 'P11Y' },
  { advance: 'P999999999Y' },
  { advance: `P${'9'.repeat(30)}D` },
  { to: '2020-01-01T00:00:00Z' },
  { to: '9999-12-31T23:59:59Z' },
  { advance: 'P1D', to: '2099-01-01T00:00:00Z' },
]) {
  test(`a move that cannot be made is refused and moves nothing: ${JSON.stringify(body)}`, async () => {
    const [offset, made] = [clock.offsetMs, moves.length]
    const answer = await move(body)
    assert.deepEqual([answer.status, answer.body.code], [400, 'VALIDATION_ERROR'])
    assert.equal(answer.body.details.length, 1)
    assert.deepEqual([clock.offsetMs, moves.length], [offset, made])
  })
}
