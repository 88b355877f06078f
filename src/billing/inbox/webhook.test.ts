import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { until } from '../../../tests/support/jobs.ts'
import {
  type Inbox,
  SECRET,
  type Subscriber,
  signed,
  startInbox,
  WEBHOOK,
} from '../../../tests/support/stripe-inbox.ts'

const OTHER_SECRET = 'whsec_that_comes_next'

let inbox: Inbox
let acme: Subscriber
let serial = 0

before(async () => {
  inbox = await startInbox({ env: { STRIPE_WEBHOOK_SECRET: `${SECRET},${OTHER_SECRET}` } })
  acme = await inbox.subscriber('webhook-acme')
})
after(() => inbox.close())

/** What Stripe would send about a customer. */
const event = (changes: object = {}, object: object = {}) => ({
  id: `evt_made_${++serial}`,
  object: 'event',
  api_version: '2026-10-28.endive',
  created: 1_790_000_000,
  livemode: false,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type: 'customer.subscription.updated',
  data: { object: { id: 'sub_1', object: 'subscription', customer: acme.customer, ...object } },
  ...changes,
})
const kept = async (id: string) => (await inbox.rows('select * from stripe_events where id = $1', [id]))[0]
const count = async () => (await inbox.rows('select count(*)::int as count from stripe_events'))[0].count
const jobsOf = (id: string) =>
  inbox.rows(`select state from pgboss.job where name = 'stripe.event' and data->'payload'->>'event_id' = $1`, [id])
const raw = (body: string, headers: [string, string][]) =>
  fetch(`${inbox.app.url}/api/v1${WEBHOOK}`, {
    method: 'POST',
    headers: [['content-type', 'application/json'], ...headers],
    body,
  })

/** fetch would join the two; on the wire they are two. */
const sentTwice = (body: string, signatures: [string, string]) =>
  new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'stripe-signature': signatures }
    request(`${inbox.app.url}/api/v1${WEBHOOK}`, { method: 'POST', headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end(body)
  })

test('a signed event is kept, acknowledged in Stripe form, and worked off', async () => {
  const told = event()
  const started = performance.now()
  const answer = await inbox.send(told)
  assert.ok(performance.now() - started < 1000)
  assert.deepEqual([answer.status, await answer.json()], [200, { received: true }])
  const row = await until(async () => {
    const row = await kept(told.id)
    return row.state === 'done' && row
  })
  assert.deepEqual([row.type, row.customer_id, row.object_id], [told.type, acme.customer, 'sub_1'])
  assert.ok(row.settled_at >= row.received_at)
})

test('without a good signature nothing is kept, whatever is wrong with it', async () => {
  const body = JSON.stringify(event())
  const good = signed(body)
  const now = Math.floor(Date.now() / 1000)
  const before = await count()
  const refused: Record<string, Response> = {
    'no header': await raw(body, []),
    empty: await raw(body, [['stripe-signature', '']]),
    garbage: await raw(body, [['stripe-signature', 'bad_header']]),
    'only v0': await raw(body, [['stripe-signature', good.replace('v1=', 'v0=')]]),
    'another secret': await raw(body, [['stripe-signature', signed(body, 'whsec_wrong')]]),
    'a changed byte': await raw(body.replace('evt_made', 'evt_Made'), [['stripe-signature', good]]),
    'JSON written anew': await raw(JSON.stringify(JSON.parse(body), null, 1), [['stripe-signature', good]]),
    'too old': await raw(body, [['stripe-signature', signed(body, SECRET, now - 302)]]),
    'from the future': await raw(body, [['stripe-signature', signed(body, SECRET, now + 86_400)]]),
  }
  for (const [what, answer] of Object.entries(refused)) {
    assert.deepEqual(
      [answer.status, ((await answer.json()) as { code: string }).code],
      [400, 'INVALID_SIGNATURE'],
      what,
    )
  }
  assert.equal(await sentTwice(body, [good, good]), 400)
  assert.equal(await sentTwice(body, [good, `v0=${'0'.repeat(64)}`]), 400)
  assert.equal(await count(), before)
})

test('while one secret follows another, either is good, and so is any of several signatures', async () => {
  for (const sign of [
    (body: string) => signed(body, OTHER_SECRET),
    (body: string) => `${signed(body, 'whsec_retired')},${signed(body).split(',')[1]}`,
    (body: string) => signed(body, SECRET, Math.floor(Date.now() / 1000) - 290),
  ]) {
    const body = JSON.stringify(event())
    assert.equal((await inbox.send(body, { 'stripe-signature': sign(body) })).status, 200)
  }
})

test('the signature is over the bytes as they came, and counts from the real time wherever our clock stands', async () => {
  inbox.app.clock.advance(40 * 86_400_000)
  const told = event({}, { note: 'é' })
  const body = JSON.stringify(told, null, 3).replace('é', '\\u00e9')
  const answer = await inbox.send(body)
  inbox.app.clock.advance(-40 * 86_400_000)
  assert.equal(answer.status, 200)
  assert.equal((await kept(told.id)).payload.data.object.note, 'é')
})

test('bodies have limits, a form and a content, which are looked at in this order', async () => {
  const large = event({}, { filler: 'x'.repeat(300 * 1024) })
  assert.equal((await inbox.send(large)).status, 200)
  const huge = JSON.stringify(event({}, { filler: 'x'.repeat(5 * 1024 * 1024) }))
  assert.equal((await inbox.send(huge, { 'stripe-signature': 'unsigned' })).status, 413)
  const body = JSON.stringify(event())
  const zipped = await fetch(`${inbox.app.url}/api/v1${WEBHOOK}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', 'stripe-signature': signed(body) },
    body: gzipSync(body),
  })
  assert.equal(zipped.status, 415)
  assert.equal((await inbox.send(body, { 'content-type': 'text/plain' })).status, 415)
  for (const bad of ['', '{"id":', 'null', '[]', '"text"', '{"id":7,"type":"a"}', '{"id":"","type":"a"}']) {
    assert.equal((await inbox.send(bad)).status, 400, bad)
  }
})

test('whatever a signed body holds, it is kept or refused, and is never a fault of ours', async () => {
  const deep = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels)
  const within = (value: string) => JSON.stringify(event({}, { id: 'HERE' })).replace('"HERE"', value)
  const refused = {
    brackets: deep(500_000, '[', ']'),
    'an event of brackets': within(deep(500_000, '[', ']')),
    'an event of braces': within(deep(100_000, '{"a":', '}').replace('{"a":}', '{}')),
    'unfinished brackets': '['.repeat(1_000_000),
    'an id with NUL': JSON.stringify(event({ id: 'evt_\0' })),
    'half a character in the id': JSON.stringify(event({ id: 'evt_x' })).replace('evt_x', 'evt_\\ud800'),
    'a type with NUL': JSON.stringify(event({ type: 'a\0' })),
    'a type without end': JSON.stringify(event({ type: 'a'.repeat(10_000) })),
    'no id but a prototype': '{"__proto__":{"id":"evt_proto","type":"invoice.paid"}}',
    'no object': '7',
  }
  for (const [what, body] of Object.entries(refused)) {
    const { status } = await inbox.send(body)
    assert.equal(status, 400, what)
  }
  assert.equal((await inbox.send(within(`"${'x'.repeat(10 * 1024 * 1024)}"`))).status, 413)
  const taken = {
    'numbers without end': within(`[1e999,-1e999,${'9'.repeat(100_000)},0.${'1'.repeat(1_000)},-0]`),
    'a name twice': within('1,"customer":"cus_one","customer":"cus_two"'),
    'names of prototypes': within('{"__proto__":{"a":1},"constructor":{"prototype":{"b":1}},"toJSON":1}'),
    'half a character': within('"\\ud800"'),
    'NUL everywhere': within('{"\\u0000":"\\u0000","a\\u0000":["\\u0000"]}'),
    'a customer with NUL': JSON.stringify(event({}, { customer: 'cus_\0' })),
    'half a million values': within(`[${'1,'.repeat(499_000)}1]`),
    'a moment before all calendars': JSON.stringify(event({ created: -8_000_000_000_000 })),
    'a moment after them': JSON.stringify(event({ created: 1e300 })),
    'not a moment': JSON.stringify(event({ created: '\0' })),
    'nothing in it': JSON.stringify(event({ data: null, api_version: { toString: 1 }, account: [] })),
  }
  for (const [what, body] of Object.entries(taken)) {
    const { status } = await inbox.send(body)
    assert.equal(status, 200, what)
    assert.equal((await inbox.send(body)).status, 200, `${what}, again`)
  }
  assert.deepEqual(await inbox.rows(`select id from stripe_events where state = 'dead'`), [])
})

test('only POST is there, and neither cookies nor an origin matter', async () => {
  for (const method of ['GET', 'PUT']) {
    assert.ok([404, 405].includes((await inbox.app.request(method, WEBHOOK)).status), method)
  }
  const answer = await inbox.send(event(), { cookie: 'plinth_refresh=x', origin: 'https://evil.example' })
  assert.equal(answer.status, 200)
})

test('what is not for us is kept with the reason, and nobody works on it', async () => {
  const cases: [string, object, RegExp][] = [
    ['live mode', event({ livemode: true }), /live mode/],
    ['another account', event({ account: 'acct_other' }), /acct_other/],
    ['another version', event({ api_version: '1999-01-01' }), /1999-01-01/],
    ['another major version', event({ api_version: '2025-09-30.clover' }), /clover/],
    ['no version', event({ api_version: null }), /version/],
    ['an unknown type', event({ type: 'foo.bar' }), /type/],
    [
      'a thin event',
      {
        id: 'evt_thin',
        object: 'v2.core.event',
        type: 'v1.billing.meter.error_report_triggered',
        created: '2026-01-01T00:00:00Z',
        livemode: false,
      },
      /generation/,
    ],
  ]
  for (const [what, told, note] of cases) {
    assert.equal((await inbox.send(told)).status, 200, what)
    const { id } = told as { id: string }
    const row = await kept(id)
    assert.equal(row.state, 'ignored', what)
    assert.match(row.note, note, what)
    assert.deepEqual(await jobsOf(id), [], what)
  }
})

test('what concerns no customer is kept and done', async () => {
  const told = event({ type: 'price.updated', data: { object: { id: 'price_1', object: 'price' } } })
  assert.equal((await inbox.send(told)).status, 200)
  assert.deepEqual([(await kept(told.id)).state, await jobsOf(told.id)], ['done', []])
})

test('twenty deliveries of one event at once are one event with one job', async () => {
  const told = event()
  const answers = await Promise.all(Array.from({ length: 20 }, () => inbox.send(told)))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.equal((await jobsOf(told.id)).length, 1)
  await inbox.quiet(acme.customer)
  assert.equal((await inbox.send(told)).status, 200)
  assert.equal((await jobsOf(told.id)).length, 1)
})

test('an event of an unknown customer touches nobody and raises an alarm, and is linked when the customer is known', async () => {
  const told = event({ type: 'invoice.paid' }, { id: 'in_1', object: 'invoice', customer: 'cus_nobody' })
  assert.equal((await inbox.send(told)).status, 200)
  assert.equal((await kept(told.id)).state, 'unmatched')
  assert.deepEqual(await jobsOf(told.id), [])
  const { replayEvent } = await import('./keep.ts')
  assert.equal(await replayEvent(inbox.app.services.billing, told.id), 'unmatched')

  const late = await inbox.subscriber('webhook-late')
  await inbox.rows(
    'update stripe_events set customer_id = $1, payload = jsonb_set(payload, $2, to_jsonb($1::text)) where id = $3',
    [late.customer, '{data,object,customer}', told.id],
  )
  assert.equal(await replayEvent(inbox.app.services.billing, told.id), 'pending')
  await until(async () => (await kept(told.id)).state === 'done')
  assert.equal(await replayEvent(inbox.app.services.billing, 'evt_of_nobody'), undefined)
})

test('metadata under any name neither pollutes nor names the tenant that is changed', async () => {
  const other = await inbox.subscriber('webhook-other')
  const told = event()
  const body = JSON.stringify(told).replace(
    '"customer":',
    `"metadata":{"__proto__":{"polluted":"yes"},"constructor":"x","plinth_tenant":"${other.tenantId}","tenant_id":"${other.tenantId}"},"nul":"a\\u0000b\\ud800","customer":`,
  )
  assert.equal((await inbox.send(body)).status, 200)
  await until(async () => (await kept(told.id)).state === 'done')
  assert.equal(({} as { polluted?: string }).polluted, undefined)
  const [acmes, others] = await Promise.all(
    [acme, other].map(({ tenantId }) =>
      inbox.rows('select synced_at from billing_customers where tenant_id = $1', [tenantId]),
    ),
  )
  assert.ok(acmes?.[0].synced_at)
  assert.equal(others?.[0].synced_at, null)
})

test('while the database is away Stripe is told to come again, and then the event has its one effect', async () => {
  const told = event()
  const { default: pg } = await import('pg')
  const owner = new pg.Client({ connectionString: inbox.app.databaseUrl })
  await owner.connect()
  await owner.query('alter table stripe_events rename to stripe_events_away')
  const away = await inbox.send(told)
  await owner.query('alter table stripe_events_away rename to stripe_events')
  await owner.end()
  assert.ok(away.status >= 500)
  assert.equal((await inbox.send(told)).status, 200)
  await until(async () => (await kept(told.id)).state === 'done')
  assert.equal((await jobsOf(told.id)).length, 1)
})
