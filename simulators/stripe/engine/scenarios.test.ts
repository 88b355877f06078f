/** The courses of a subscription's life: which events each of them tells, in which order, and how it ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bench, DAY, HOUR, refused, startEngine, subscribed } from './testing.ts'

const S = 'customer.subscription'
const PAID = [
  'payment_intent.created',
  'charge.succeeded',
  'payment_intent.succeeded',
  'invoice.updated',
  'invoice.paid',
  'invoice.payment_succeeded',
  'invoice_payment.paid',
]
const FREE = ['invoice.created', 'invoice.finalized', 'invoice.paid', 'invoice.payment_succeeded']
const DECLINED = ['charge.failed', 'payment_intent.payment_failed', 'invoice.payment_failed', 'invoice.updated']
const CREATED = [`${S}.created`, 'invoice.created', 'invoice.finalized', ...PAID, `${S}.updated`]
const RENEWED = ['invoice.upcoming', 'invoice.created', `${S}.updated`]

interface Scenario {
  name: string
  /** Answers with the subscription that it was about. */
  run(bench: Bench): string
  told: string[]
  status: string
}

const scenarios: Scenario[] = [
  {
    name: '(a1) a first payment makes a subscription active',
    run: (bench) => {
      const [customer, price] = [bench.customer('pm_card_visa'), bench.price(2000)]
      bench.told()
      return bench.subscribe(customer, price).id
    },
    told: CREATED,
    status: 'active',
  },
  {
    name: '(a2) a trial begins with an invoice of nothing',
    run: (bench) => {
      const [customer, price] = [bench.customer('pm_card_visa'), bench.price(2000)]
      bench.told()
      return bench.subscribe(customer, price, { trial_period_days: 14 }).id
    },
    told: [`${S}.created`, ...FREE],
    status: 'trialing',
  },
  {
    name: '(a2) the end of a trial is announced, makes it active at once and is charged an hour later',
    run: (bench) => {
      const [customer, price] = [bench.customer('pm_card_visa'), bench.price(2000)]
      const { id } = bench.subscribe(customer, price, { trial_period_days: 14 })
      bench.told()
      bench.advance(14 * DAY + HOUR)
      return id
    },
    told: ['invoice.upcoming', `${S}.trial_will_end`, 'invoice.created', `${S}.updated`, 'invoice.finalized', ...PAID],
    status: 'active',
  },
  {
    name: '(b) an upgrade that is invoiced at once',
    run: (bench) => {
      const { id, item } = subscribed(bench)
      const items = [{ id: item, price: bench.price(5000), quantity: 2 }]
      bench.told()
      bench.call(`POST /v1/subscriptions/${id}`, { items, proration_behavior: 'always_invoice' })
      return id
    },
    told: [
      `${S}.updated`,
      'invoiceitem.created',
      'invoiceitem.created',
      'invoice.created',
      'invoice.finalized',
      ...PAID,
    ],
    status: 'active',
  },
  {
    name: '(b) seats that wait for the next invoice',
    run: (bench) => {
      const { id, item } = subscribed(bench)
      bench.call(`POST /v1/subscriptions/${id}`, { items: [{ id: item, quantity: 3 }] })
      return id
    },
    told: [`${S}.updated`, 'invoiceitem.created', 'invoiceitem.created'],
    status: 'active',
  },
  {
    name: '(b) a change without prorations',
    run: (bench) => {
      const { id, item } = subscribed(bench)
      bench.call(`POST /v1/subscriptions/${id}`, { items: [{ id: item, quantity: 3 }], proration_behavior: 'none' })
      return id
    },
    told: [`${S}.updated`],
    status: 'active',
  },
  {
    name: '(c) a cancellation that was taken back leaves the subscription running',
    run: (bench) => {
      const { id } = subscribed(bench)
      bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: true })
      bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: false })
      bench.call(`POST /v1/subscriptions/${id}`, { cancel_at: 'max_period_end' })
      bench.call(`POST /v1/subscriptions/${id}`, { cancel_at: '' })
      return id
    },
    told: [`${S}.updated`, `${S}.updated`, `${S}.updated`, `${S}.updated`],
    status: 'active',
  },
  {
    name: '(c) a cancellation at the end of the period ends it then, without a renewal',
    run: (bench) => {
      const { id } = subscribed(bench)
      bench.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: true })
      bench.advance(60 * DAY)
      return id
    },
    told: [`${S}.updated`, `${S}.deleted`],
    status: 'canceled',
  },
  {
    name: '(d) an immediate cancellation is told as a deletion only',
    run: (bench) => {
      const { id } = subscribed(bench)
      bench.call(`DELETE /v1/subscriptions/${id}`)
      bench.advance(60 * DAY)
      return id
    },
    told: [`${S}.deleted`],
    status: 'canceled',
  },
  {
    name: '(d) an immediate cancellation that gives back what was not used',
    run: (bench) => {
      const { id } = subscribed(bench)
      bench.call(`DELETE /v1/subscriptions/${id}`, { prorate: true, invoice_now: true })
      return id
    },
    told: [
      'invoiceitem.created',
      'invoice.created',
      'invoice.finalized',
      'customer.updated',
      'invoice.paid',
      'invoice.payment_succeeded',
      `${S}.deleted`,
    ],
    status: 'canceled',
  },
  {
    name: '(e) a renewal is announced, drafted, and paid an hour later',
    run: (bench) => {
      const { id } = subscribed(bench)
      bench.advance(31 * DAY + HOUR)
      return id
    },
    told: [...RENEWED, 'invoice.finalized', ...PAID],
    status: 'active',
  },
  {
    name: '(f) a renewal that fails makes it past due',
    run: (bench) => {
      const { id, customer } = subscribed(bench)
      bench.world.transact((world) => world.save('next_failure', { id: customer, object: 'next_failure' }))
      bench.advance(31 * DAY + HOUR)
      return id
    },
    told: [...RENEWED, 'invoice.finalized', 'payment_intent.created', ...DECLINED, `${S}.updated`, 'customer.updated'],
    status: 'past_due',
  },
  {
    name: '(g) a first payment that waits for the customer',
    run: (bench) => {
      const [customer, price] = [bench.customer('pm_card_visa'), bench.price(2000)]
      bench.told()
      return bench.subscribe(customer, price, { payment_behavior: 'default_incomplete' }).id
    },
    told: [`${S}.created`, 'invoice.created', 'invoice.finalized', 'payment_intent.created'],
    status: 'incomplete',
  },
  {
    name: '(g) a first payment for which the bank asks the cardholder',
    run: (bench) => {
      const [customer, price] = [bench.customer('pm_card_authenticationRequired'), bench.price(2000)]
      bench.told()
      return bench.subscribe(customer, price).id
    },
    told: [
      `${S}.created`,
      'invoice.created',
      'invoice.finalized',
      'payment_intent.created',
      'payment_intent.requires_action',
      'invoice.payment_action_required',
      'invoice.payment_failed',
      'invoice.updated',
    ],
    status: 'incomplete',
  },
  {
    name: '(g) a first payment that never comes expires after 23 hours',
    run: (bench) => {
      const [customer, price] = [bench.customer('pm_card_visa'), bench.price(2000)]
      const { id } = bench.subscribe(customer, price, { payment_behavior: 'default_incomplete' })
      bench.told()
      bench.advance(90 * DAY)
      return id
    },
    told: [`${S}.updated`, 'invoice.voided', 'payment_intent.canceled'],
    status: 'incomplete_expired',
  },
  {
    name: '(h) a refund leaves the subscription as it is',
    run: (bench) => {
      const { id } = subscribed(bench)
      const [charge] = bench.list('GET /v1/charges')
      bench.call('POST /v1/refunds', { charge: charge?.id })
      return id
    },
    told: ['refund.created', 'charge.refunded'],
    status: 'active',
  },
  {
    name: '(i) a deleted customer takes the subscriptions along',
    run: (bench) => {
      const { id, customer, price } = subscribed(bench)
      bench.call(`DELETE /v1/customers/${customer}`)
      assert.equal(refused(() => bench.subscribe(customer, price)).code, 'resource_missing')
      bench.advance(60 * DAY)
      return id
    },
    told: [`${S}.deleted`, 'customer.deleted'],
    status: 'canceled',
  },
  {
    name: '(j) a price that is archived goes on being billed to who has it',
    run: (bench) => {
      const { id, price } = subscribed(bench)
      bench.call(`POST /v1/prices/${price}`, { active: false })
      bench.told()
      bench.advance(31 * DAY + HOUR)
      assert.equal(bench.latestInvoice(id).amount_paid, 4000)
      return id
    },
    told: [...RENEWED, 'invoice.finalized', ...PAID],
    status: 'active',
  },
]

for (const { name, run, told, status } of scenarios) {
  test(name, () => {
    const bench = startEngine()
    const id = run(bench)
    assert.deepEqual(bench.told(), told)
    assert.equal(bench.get('subscription', id).status, status)
  })
}
