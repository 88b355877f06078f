/** Shows what a change costs before it is made, from the very terms it is made with. */
import { authorize, type TenantScope } from '#access'
import { inTenant } from '#platform/db/scoped.ts'
import { type Billing, stripeOf } from '../context.ts'
import { assertForSale } from '../sale.ts'
import type { Stripe } from '../stripe/client.ts'
import { adjustmentsOf, discountsOf, type PreviewLine, previewFacts } from '../stripe/preview.ts'
import { interactively, presentPrices } from '../stripe/write.ts'
import { freshen, orDecidedAgain } from '../subscription/current.ts'
import { type Decision, decideChange } from './decide.ts'
import { type Effective, type Terms, updateOf, type Wish } from './decision.ts'
import { type Excess, impactOf, type UsedOf } from './impact.ts'
import { nextAmountOf } from './next-invoice.ts'

export interface Preview {
  lines: PreviewLine[]
  total: number
  credit: number
  currency: string
  nextInvoiceAt: Date
  nextAmount: number
  effective: Effective
  effectiveAt: Date
  impact: Excess[]
  prorationDate: number
}

export async function previewChange(
  billing: Billing,
  scope: TenantScope,
  wish: Wish,
  usedOf: UsedOf,
): Promise<Preview> {
  authorize(scope, 'billing.manage')
  if (wish.plan) assertForSale(wish.plan)
  stripeOf(billing)
  const { tenantId } = scope
  const preview = async () => {
    const now = billing.clock.now()
    const [priceOf] = await Promise.all([presentPrices(billing), freshen(billing, tenantId)])
    const { decision, impact } = await inTenant(billing.db, scope, async (tx) => {
      const decision = await decideChange(tx, tenantId, wish, priceOf, now)
      return { decision, impact: await impactOf(tx, tenantId, decision.target.plan, usedOf) }
    })
    return { ...(await costOf(await stripeOf(billing).client(), decision, now)), impact }
  }
  return interactively(billing, () => orDecidedAgain(billing, tenantId, preview))
}

type Cost = Omit<Preview, 'impact'>

async function costOf(stripe: Stripe, { current, effective, terms }: Decision, now: Date): Promise<Cost> {
  const at = terms ? new Date(terms.prorationDate * 1000) : now
  const [charge, discounts] = await Promise.all([
    terms && effective === 'now' && !terms.isTrial
      ? stripe.invoices.createPreview(chargeOf(current, terms))
      : undefined,
    discountsOf(stripe, current.stripe_subscription_id),
  ])
  const facts = charge && previewFacts(charge)
  const nextInvoiceAt = facts && terms?.startsPeriod ? endOf(facts.lines) : current.current_period_end
  return {
    lines: charge && facts ? [...facts.lines, ...adjustmentsOf(charge, at)] : [],
    total: facts?.charged ?? 0,
    credit: facts?.credit ?? 0,
    currency: current.currency,
    nextInvoiceAt,
    nextAmount: await nextAmountOf(stripe, { current, terms, charge, discounts, at: nextInvoiceAt }),
    effective,
    effectiveAt: effective === 'now' ? at : current.current_period_end,
    prorationDate: Math.floor(at.getTime() / 1000),
  }
}

function chargeOf(current: Decision['current'], terms: Terms): Stripe.InvoiceCreatePreviewParams {
  return {
    customer: current.stripe_customer_id,
    subscription: current.stripe_subscription_id,
    subscription_details: updateOf(terms),
  }
}

const endOf = (lines: readonly PreviewLine[]): Date =>
  new Date(Math.max(...lines.map(({ periodEnd }) => periodEnd.getTime())))
