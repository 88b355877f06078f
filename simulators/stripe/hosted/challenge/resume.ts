/** What goes on when the cardholder has confirmed, and where the page leads then or after a refusal. */
import {
  confirmPaymentIntent,
  confirmSetupIntent,
  failAuthentication,
  failInvoiceAuthentication,
  payInvoice,
} from '../../engine/index.ts'
import type { World } from '../../world.ts'
import { completeSession, successAddress } from '../checkout/complete.ts'
import type { Challenge, Confirmed } from '../objects.ts'
import { openPortal } from '../portal/access.ts'
import { saveCard } from '../portal/card.ts'
import { addressesOf, afterFlow } from '../portal/flow.ts'
import { changePlan } from '../portal/plan.ts'

export function resume(world: World, { confirmed, payment_method }: Challenge): string {
  switch (confirmed.kind) {
    case 'checkout':
      return successAddress(
        completeSession(world, confirmed.session, { ...confirmed.payer, payment_method, authenticated: true }),
      )
    case 'card': {
      const portal = openPortal(world, confirmed.session)
      saveCard(world, portal, payment_method, confirmed.subscription, { authenticated: true })
      return afterFlow(portal, 'card_saved')
    }
    case 'change': {
      const portal = openPortal(world, confirmed.session)
      changePlan(world, portal, confirmed, { authenticated: true })
      return afterFlow(portal, 'plan_changed')
    }
    case 'invoice':
      payInvoice(world, confirmed.invoice, { payment_method, authenticated: true })
      return `/invoice/${confirmed.invoice}?notice=paid`
    case 'payment_intent':
      return confirmPayment(world, confirmed.intent, payment_method)
    case 'setup_intent':
      confirmSetupIntent(world, confirmed.intent, { authenticated: true })
      return `/3ds/${confirmed.intent}`
  }
}

const invoiceOf = (world: World, intent: string): string | undefined =>
  world.table('invoice_payment').find(({ payment }) => payment.payment_intent === intent)?.invoice

function confirmPayment(world: World, intent: string, payment_method: string): string {
  const invoice = invoiceOf(world, intent)
  if (!invoice) {
    confirmPaymentIntent(world, intent, { payment_method, authenticated: true })
    return `/3ds/${intent}`
  }
  payInvoice(world, invoice, { payment_method, authenticated: true })
  return `/invoice/${invoice}?notice=paid`
}

/** The cardholder says no. What a page has asked is simply not done; an intent keeps it. */
export function refuse(world: World, { id, confirmed }: Challenge): void {
  if (confirmed.kind === 'payment_intent') {
    const invoice = invoiceOf(world, id)
    if (invoice) failInvoiceAuthentication(world, invoice)
    else failAuthentication(world, id)
  }
  if (confirmed.kind === 'setup_intent') {
    const failed = { status: 'requires_payment_method', payment_method: null, next_action: null } as const
    world.update('setup_intent', id, failed, 'setup_intent.setup_failed')
  }
}

/** The page that asked for the confirmation, with what went wrong. */
export function refusedAddress(confirmed: Confirmed, notice: string): string {
  switch (confirmed.kind) {
    case 'checkout':
      return `/c/pay/${confirmed.session}?notice=${notice}`
    case 'card': {
      const subscription = confirmed.subscription ? `&subscription=${confirmed.subscription}` : ''
      return `/p/session/${confirmed.session}/card?notice=${notice}${subscription}`
    }
    case 'change':
      return `/p/session/${confirmed.session}/home?notice=${notice}`
    case 'invoice':
      return `/invoice/${confirmed.invoice}?notice=${notice}`
    case 'payment_intent':
    case 'setup_intent':
      return `/3ds/${confirmed.intent}`
  }
}

/** Where this page may lead: what the session behind it allows. */
export function addressesBehind(world: World, { confirmed }: Challenge): string[] {
  if (confirmed.kind === 'checkout') {
    const { success_url } = world.need('checkout.session', confirmed.session)
    return success_url ? [success_url] : []
  }
  return 'session' in confirmed ? addressesOf(openPortal(world, confirmed.session)) : []
}
