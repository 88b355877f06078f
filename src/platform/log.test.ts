import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger, scrub } from './log.ts'

function captured() {
  const lines: string[] = []
  const log = createLogger({ env: 'test', logLevel: 'trace' }, { write: (line: string) => lines.push(line) })
  return { log, text: () => lines.join(''), last: () => JSON.parse(lines.at(-1) as string) }
}

const CANARY = 'CaNaRy0123456789CaNaRy0123456789CaNaRy01234'

test('secrets do not reach the log by name, in words, in a stack or in a cause', () => {
  const { log, text } = captured()
  const error = new Error(`401 for Bearer ${CANARY}`, {
    cause: new Error(`postgresql://plinth:${CANARY}@db/plinth is away`),
  })
  log.info({ password: CANARY, refresh_token: CANARY, body: { new_password: CANARY, token: CANARY } }, 'named')
  log.info({ headers: { authorization: `Bearer ${CANARY}`, cookie: `__Host-plinth_refresh=${CANARY}` } }, 'headers')
  log.error({ err: error }, 'thrown')
  log.error({ err: new Error(`GET /invitations/lookup?token=${CANARY} was not answered`) }, 'address')
  log.error({ err: Object.assign(new Error('duplicate key'), { detail: `Key (email)=(${CANARY}) exists` }) }, 'driver')
  log.error({ err: { thrown: CANARY } }, 'not an error')
  assert.ok(text().length > 500)
  assert.ok(!text().includes(CANARY), text())
})

test('what helps to find a fault stays', () => {
  const { log, last } = captured()
  log.error({ err: Object.assign(new RangeError('too far'), { code: '22003', table: 'projects' }) }, 'failed')
  const { level, msg, err } = last()
  assert.equal(level, 'error')
  assert.equal(msg, 'failed')
  assert.equal(err.type, 'RangeError')
  assert.equal(err.message, 'too far')
  assert.equal(err.code, '22003')
  assert.equal(err.table, 'projects')
  assert.match(err.stack, /log\.test\.ts/)
})

test('a text with line breaks, colours and quotes stays one line of JSON', () => {
  const { log, text, last } = captured()
  const nasty = 'x\n{"level":30}\r\n\u001b[31m\u2028"'
  log.info({ name: nasty }, nasty)
  assert.equal(text().trimEnd().split('\n').length, 1)
  assert.equal(last().msg, nasty)
})

test('tokens, keys, passwords in addresses and query strings are taken out of words', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmnop'
  for (const secret of [jwt, `plk_${CANARY}`, 'sk_live_abcdefgh12345678', 'whsec_abcdefgh12345678', CANARY]) {
    assert.equal(scrub(`before ${secret} after`).includes(secret), false, secret)
  }
  assert.equal(scrub('redis://:hunter22@cache:6379'), 'redis://:[redacted]@cache:6379')
  assert.equal(scrub('GET /a?token=short HTTP'), 'GET /a?[redacted] HTTP')
  const harmless = 'at run (file:///srv/app/src/platform/http/server.ts:10:5) 01a1f8a3-3c0f-75be-93f9-b505e009ba04'
  assert.equal(scrub(harmless), harmless)
})
