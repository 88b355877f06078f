import assert from 'node:assert/strict'
import { test } from 'node:test'
import Stripe from 'stripe'
import { API_MAJOR } from '../inbox/event.ts'
import { isSigned } from './signature.ts'

const SECRET = 'whsec_one'
const body = Buffer.from('{"id":"evt_1","text":"\\u00e9  spaces"}')
const NOW = 1_800_000_000
const sign = (secret = SECRET, timestamp = NOW, payload = body.toString()) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
const holds = (header: string | undefined, secrets: readonly string[] = [SECRET], now = NOW) =>
  isSigned(body, header, secrets, now * 1000)

test('what the SDK signs is accepted, with every one of several secrets and among several signatures', () => {
  assert.ok(holds(sign()))
  assert.ok(holds(sign('whsec_two'), [SECRET, 'whsec_two']))
  assert.ok(holds(`${sign('whsec_other')},${sign().split(',')[1]}`))
  assert.ok(holds(`${sign()},v0=${'0'.repeat(64)}`))
})

test('a signature is good for five minutes in either direction, and no longer', () => {
  for (const away of [-300, -299, 0, 299, 300]) assert.ok(holds(sign(SECRET, NOW + away)), String(away))
  for (const away of [-301, 301, 86_400]) assert.ok(!holds(sign(SECRET, NOW + away)), String(away))
})

test('anything else is refused', () => {
  const good = sign()
  const [t, v1] = good.split(',') as [string, string]
  const refused = {
    'no header': undefined,
    empty: '',
    garbage: 'bad_header',
    'only v0': `${t},${v1.replace('v1', 'v0')}`,
    'no timestamp': v1,
    'no signature': t,
    'two timestamps': `${t},${good}`,
    'a timestamp with a tail': `${t}x,${v1}`,
    'another secret': sign('whsec_two'),
    'another body': sign(SECRET, NOW, `${body} `),
    'a short signature': `${t},${v1.slice(0, -2)}`,
    'an upper case signature': `${t},v1=${v1.slice(3).toUpperCase()}`,
    'another moment': `t=${NOW - 1},${v1}`,
  }
  for (const [what, header] of Object.entries(refused)) assert.ok(!holds(header), what)
  assert.ok(!holds(good, []))
})

test('events are read in the version that the SDK speaks', () => {
  assert.equal(Stripe.API_VERSION.split('.')[1], API_MAJOR)
})
