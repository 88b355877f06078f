/** Reads everything that Stripe knows of one customer, so that what is kept never depends on which event came when. */
import type { Billing } from '../context.ts'
import { stripeOf } from '../context.ts'
import type { Stripe } from './client.ts'
import {
  type CheckoutState,
  checkoutState,
  type InvoiceFacts,
  invoiceFacts,
  type PriceFacts,
  priceFacts,
  type SubscriptionFacts,
  subscriptionFacts,
} from './view.ts'

export interface Truth {
  customerId: string
  /** Stripe remembers whom it deleted. Of `unknown` ones it never heard: in this account, with this key. */
  standing: 'present' | 'deleted' | 'unknown'
  subscriptions: SubscriptionFacts[]
  /** The most recent hundred, every open one, and those that were asked for by id. */
  invoices: InvoiceFacts[]
  /** Drafts that are no longer there. */
  vanishedInvoices: string[]
  checkouts: ReadonlyMap<string, CheckoutState>
  /** Of changes that are scheduled. */
  scheduledPrices: ReadonlyMap<string, PriceFacts>
}

/** What we believe to be unfinished: to be looked at by id when no list has it. */
export interface Unfinished {
  invoices: readonly string[]
  checkouts: readonly string[]
}

export interface ReadOptions {
  /** For jobs, which can wait longer than people do. */
  isPatient?: boolean
}

const PAGE = 100

export async function readCustomer(
  billing: Pick<Billing, 'stripe'>,
  customerId: string,
  unfinished: Unfinished,
  { isPatient = false }: ReadOptions = {},
): Promise<Truth> {
  const account = stripeOf(billing)
  const stripe = await (isPatient ? account.patientClient() : account.client())
  const customer = stripe.customers.retrieve(customerId)
  // Asked for together. Whatever they answer before the customer has, must not be an unhandled error.
  const lists = Promise.all([
    subscriptionsOf(stripe, customerId),
    invoicesOf(stripe, customerId, unfinished.invoices),
    checkoutsOf(stripe, unfinished.checkouts),
  ])
  lists.catch(() => {})
  const known = await orMissing(customer)
  if (!known) return gone(customerId, unfinished, 'unknown')
  const found = known.deleted ? await orMissing(lists) : await lists
  if (!found) return gone(customerId, unfinished, 'deleted')
  const [subscriptions, { invoices, vanished }, checkouts] = found
  return {
    customerId,
    standing: known.deleted ? 'deleted' : 'present',
    subscriptions,
    invoices,
    vanishedInvoices: vanished,
    checkouts,
    scheduledPrices: await scheduledPricesOf(stripe, subscriptions),
  }
}

/** Stripe need not list anything of a deleted customer. */
function gone(customerId: string, { checkouts }: Unfinished, standing: 'deleted' | 'unknown'): Truth {
  return {
    customerId,
    standing,
    subscriptions: [],
    invoices: [],
    vanishedInvoices: [],
    checkouts: new Map(checkouts.map((id) => [id, 'expired'])),
    scheduledPrices: new Map(),
  }
}

/** Without `all` those that have ended would be missing, and an end would look like a loss. */
async function subscriptionsOf(stripe: Stripe, customer: string): Promise<SubscriptionFacts[]> {
  const found: SubscriptionFacts[] = []
  const pages = stripe.subscriptions.list({ customer, status: 'all', limit: PAGE, expand: ['data.schedule'] })
  for await (const subscription of pages) found.push(subscriptionFacts(subscription))
  return found
}

async function invoicesOf(stripe: Stripe, customer: string, unfinished: readonly string[]) {
  const recent = await stripe.invoices.list({ customer, limit: PAGE })
  const found = new Map(recent.data.map((invoice) => [invoice.id, invoiceFacts(invoice)]))
  if (recent.has_more) {
    for await (const invoice of stripe.invoices.list({ customer, status: 'open', limit: PAGE })) {
      found.set(invoice.id, invoiceFacts(invoice))
    }
  }
  const vanished: string[] = []
  for (const id of unfinished.filter((id) => !found.has(id))) {
    const invoice = await orMissing(stripe.invoices.retrieve(id))
    if (invoice) found.set(id, invoiceFacts(invoice))
    else vanished.push(id)
  }
  return { invoices: [...found.values()], vanished }
}

async function checkoutsOf(stripe: Stripe, ids: readonly string[]): Promise<Map<string, CheckoutState>> {
  const found = new Map<string, CheckoutState>()
  for (const id of ids) {
    const session = await orMissing(stripe.checkout.sessions.retrieve(id))
    found.set(id, session ? checkoutState(session) : 'expired')
  }
  return found
}

/** Expanding them with the list would go deeper than Stripe allows. */
async function scheduledPricesOf(
  stripe: Stripe,
  subscriptions: readonly SubscriptionFacts[],
): Promise<Map<string, PriceFacts>> {
  const found = new Map(subscriptions.map(({ price }) => [price.id, price]))
  for (const { scheduled } of subscriptions) {
    if (!scheduled || found.has(scheduled.priceId)) continue
    found.set(scheduled.priceId, priceFacts(await stripe.prices.retrieve(scheduled.priceId)))
  }
  return found
}

async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** What Stripe says of an id that it does not know in this account and mode. */
export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'resource_missing'
}
