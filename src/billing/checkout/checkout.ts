/**
 * Buying a plan: at most one open page at Stripe for each tenant, however many people click at once.
 *
 * A row is written before Stripe is asked, and its id is the idempotency key: whoever finds it without a page, because
 * its maker is still waiting or has crashed, asks for the same page under the same key.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { authorize, type TenantScope } from '#access'
import { recordAudit } from '#audit'
import type { Tx } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { countActiveMembers } from '#tenants'
import { billingPage } from '../addresses.ts'
import { type Billing, stripeOf } from '../context.ts'
import { ensureCustomer } from '../customers/customers.ts'
import { attempt, isUnderWay } from '../operations/attempts.ts'
import { type Interval, type PaidPlanKey, plans } from '../plans.ts'
import { isLive } from '../policy.ts'
import { assertForSale, assertSeatsInPlan } from '../sale.ts'
import { isKeptFailure } from '../stripe/client.ts'
import { shared } from '../stripe/share.ts'
import { type CheckoutState, checkoutState } from '../stripe/view.ts'
import { busy, interactively, isFinal, type PriceOf, presentPrices } from '../stripe/write.ts'
import { freshen, orDecidedAgain } from '../subscription/current.ts'
import { currentSubscription } from '../sync/queries.ts'
import { syncTenant } from '../sync/sync.ts'
import {
  type Checkout,
  closeCheckout,
  findOpenCheckout,
  insertCheckout,
  lockCustomer,
  noteSession,
  type Order,
  setChosenSeats,
} from './queries.ts'
import { sessionOf } from './session.ts'

export interface CheckoutInput {
  plan: string
  interval: Interval
  quantity?: number | undefined
}

export interface OpenPage {
  url: string
  session_id: string
}

/** Stripe keeps a page open for a day; the row says the same until Stripe has said when. */
const OPEN_MS = 24 * 3_600_000
/** How long to wait for whoever is asking Stripe for the same page. */
const PATIENCE_MS = 3_000
const POLL_MS = 100
/** Two people who want different things could go on closing each other's page. */
const MOST_ROUNDS = 6

interface Purchase {
  billing: Billing
  scope: TenantScope
  input: CheckoutInput & { plan: PaidPlanKey }
  customerId: string
  page: string
  priceOf: PriceOf
}

export async function startCheckout(billing: Billing, scope: TenantScope, input: CheckoutInput): Promise<OpenPage> {
  authorize(scope, 'billing.manage')
  const { plan } = input
  assertForSale(plan)
  assertSeatsInPlan(plan, input.quantity)
  stripeOf(billing)
  const open = async () => {
    // A subscription of which nobody has told us would be a second one beside what is sold now, and one of whose end
    // nobody has told us would be in the way.
    await freshen(billing, scope.tenantId)
    const page = await inTenant(billing.db, scope, async (tx) => {
      await assertNotSubscribed(tx, scope.tenantId)
      return billingPage(tx, billing.appUrl, scope.tenantId)
    })
    const [customerId, priceOf] = await Promise.all([customerOf(billing, scope.tenantId), presentPrices(billing)])
    return openPage({ billing, scope, input: { ...input, plan }, customerId, page, priceOf })
  }
  return interactively(billing, () => orDecidedAgain(billing, scope.tenantId, open))
}

const sharedCustomer = shared<string, string>()

const customerOf = (billing: Billing, tenantId: string): Promise<string> =>
  sharedCustomer(tenantId, () => ensureCustomer(billing, tenantId))

async function openPage(purchase: Purchase): Promise<OpenPage> {
  const deadline = performance.now() + PATIENCE_MS
  for (let round = 0; round < MOST_ROUNDS; ) {
    const { checkout, isSame, isMine } = await decide(purchase)
    let sessionId = checkout.session_id
    if (!sessionId) {
      const isAwaited = !isMine && isUnderWay(checkout.id, checkout.created_at, purchase.billing.clock.now())
      if (isAwaited && performance.now() < deadline) {
        await sleep(POLL_MS)
        continue
      }
      const opened = await attempt(checkout.id, () => openSession(purchase, checkout))
      if (isSame) return opened
      sessionId = opened.session_id
    }
    const state = await stateAtStripe(purchase, sessionId)
    if (isSame && state === 'open') return { url: checkout.url as string, session_id: sessionId }
    await closePage(purchase, checkout.id, sessionId, state)
    round++
  }
  throw busy()
}

/** The open checkout of the tenant; without one, a new one. Whoever decides holds the lock of the tenant's customer. */
function decide({
  billing,
  scope,
  input,
}: Purchase): Promise<{ checkout: Checkout; isSame: boolean; isMine: boolean }> {
  return inTenant(billing.db, scope, async (tx) => {
    const { tenantId } = scope
    const customer = await lockCustomer(tx, tenantId)
    await assertNotSubscribed(tx, tenantId)
    const order: Order = {
      plan: input.plan,
      interval: input.interval,
      quantity: Math.max(input.quantity ?? 1, await countActiveMembers(tx, tenantId)),
      with_trial: plans[input.plan].trialDays > 0 && !customer?.trial_used_at,
    }
    await setChosenSeats(tx, tenantId, input.quantity ?? null)
    const open = await findOpenCheckout(tx, tenantId)
    if (open) return { checkout: open, isSame: isSameOrder(open, order), isMine: false }
    const now = billing.clock.now()
    const row = { tenant_id: tenantId, id: newId(), created_by: scope.userId, ...order }
    await insertCheckout(tx, { ...row, created_at: now, expires_at: new Date(now.getTime() + OPEN_MS) })
    return { checkout: { ...row, session_id: null, url: null, created_at: now }, isSame: true, isMine: true }
  })
}

const isSameOrder = (a: Order, b: Order): boolean =>
  a.plan === b.plan && a.interval === b.interval && a.quantity === b.quantity && a.with_trial === b.with_trial

async function openSession(purchase: Purchase, checkout: Checkout): Promise<OpenPage> {
  const { billing, scope, customerId, page, priceOf } = purchase
  const { tenantId } = scope
  const priceId = priceOf(checkout.plan as PaidPlanKey, checkout.interval)
  const stripe = await stripeOf(billing).client()
  try {
    const session = await stripe.checkout.sessions.create(
      sessionOf(checkout, { tenantId, customerId, priceId, billingPage: page }),
      { idempotencyKey: `plinth:${checkout.id}` },
    )
    const opened = { url: session.url as string, session_id: session.id }
    await inTenant(billing.db, scope, async (tx) => {
      const noted = { ...opened, expires_at: new Date(session.expires_at * 1000) }
      if (!(await noteSession(tx, tenantId, checkout.id, noted))) return
      await recordAudit(tx, scope, {
        action: 'billing.checkout_started',
        target: { type: 'checkout', id: session.id },
        details: { plan: checkout.plan, interval: checkout.interval, quantity: checkout.quantity },
      })
    })
    return opened
  } catch (error) {
    // After any other error there may be a page; the row leads whoever tries again to it. A page behind a failure that is
    // kept is known to nobody, who could pay there.
    if (isFinal(error) || isKeptFailure(error)) {
      await inTenant(billing.db, scope, (tx) => closeCheckout(tx, tenantId, checkout.id, 'expired'))
    }
    throw error
  }
}

async function stateAtStripe({ billing }: Purchase, sessionId: string): Promise<CheckoutState> {
  const stripe = await stripeOf(billing).client()
  return checkoutState(await stripe.checkout.sessions.retrieve(sessionId))
}

/** Afterwards nobody can pay on that page any more; or somebody has, and that is known here. */
async function closePage(purchase: Purchase, id: string, sessionId: string, seen: CheckoutState): Promise<void> {
  const { billing, scope } = purchase
  let state = seen
  if (state === 'open') {
    const stripe = await stripeOf(billing).client()
    try {
      await stripe.checkout.sessions.expire(sessionId)
      state = 'expired'
    } catch (error) {
      // Refused where it was paid or has run out since it was looked at.
      if (!isFinal(error)) throw error
      state = await stateAtStripe(purchase, sessionId)
      if (state === 'open') throw error
    }
  }
  const outcome = state
  if (outcome === 'completed') await syncTenant(billing, scope.tenantId)
  await inTenant(billing.db, scope, (tx) => closeCheckout(tx, scope.tenantId, id, outcome))
}

async function assertNotSubscribed(tx: Tx, tenantId: string): Promise<void> {
  const current = await currentSubscription(tx, tenantId)
  if (!current || !isLive(current.status)) return
  throw new Refusal(409, 'ALREADY_SUBSCRIBED', 'You have a subscription already. Change it instead of buying another.')
}
