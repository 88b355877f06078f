import { layout, type Message } from '#email'
import { isPlanKey, plans } from './plans.ts'

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

export interface BillingEmail {
  to: string
  name: string
  tenantName: string
  /** Of the billing page. */
  url: string
}

export const planName = (plan: string): string => (isPlanKey(plan) ? plans[plan].name : plan)

export const money = (amount: number, currency: string): string => {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase() })
  const { maximumFractionDigits = 2 } = format.resolvedOptions()
  return format.format(amount / 10 ** maximumFractionDigits)
}

export function trialEndingEmail(
  { to, name, tenantName, url }: BillingEmail,
  { plan, trialEnd }: { plan: string; trialEnd: Date },
): Message {
  return {
    to,
    kind: 'billing.trial_ending',
    subject: `Your trial of ${planName(plan)} ends on ${day.format(trialEnd)}`,
    ...layout({
      preheader: 'What happens then, and how to change it.',
      heading: 'Your trial is about to end',
      paragraphs: [
        `Hello ${name}, the trial of ${planName(plan)} for ${tenantName} ends on ${day.format(trialEnd)}.`,
        'If a payment method is on file, the plan goes on and the first payment is taken then. You can change or cancel it until that day.',
      ],
      action: { label: 'Review the plan', url },
    }),
  }
}

export function paymentFailedEmail(
  { to, name, tenantName, url }: BillingEmail,
  invoice: { amountDue: number; currency: string; nextAttempt: Date | null; graceUntil: Date | null },
): Message {
  const amount = money(invoice.amountDue, invoice.currency)
  return {
    to,
    kind: 'billing.payment_failed',
    subject: `A payment of ${amount} did not go through`,
    ...layout({
      preheader: 'A new payment method sets it right.',
      heading: 'A payment did not go through',
      paragraphs: [
        `Hello ${name}, we could not collect ${amount} for ${tenantName}.`,
        invoice.graceUntil
          ? `Everything goes on working until ${day.format(invoice.graceUntil)}. Please check the payment method before then.`
          : 'What the plan unlocks is paused until the invoice is paid. Please check the payment method.',
        ...(invoice.nextAttempt ? [`The next attempt is on ${day.format(invoice.nextAttempt)}.`] : []),
      ],
      action: { label: 'Set it right', url },
    }),
  }
}

export function recoveredEmail({ to, name, tenantName, url }: BillingEmail, { plan }: { plan: string }): Message {
  return {
    to,
    kind: 'billing.recovered',
    subject: 'Your payment has arrived',
    ...layout({
      preheader: 'Everything is as it was.',
      heading: 'Your payment has arrived',
      paragraphs: [
        `Hello ${name}, the open invoice of ${tenantName} is paid. ${planName(plan)} goes on as before; there is nothing to do.`,
      ],
      action: { label: 'Open billing', url },
    }),
  }
}

export function canceledEmail({ to, name, tenantName, url }: BillingEmail, { plan }: { plan: string }): Message {
  return {
    to,
    kind: 'billing.canceled',
    subject: `Your ${planName(plan)} subscription has ended`,
    ...layout({
      preheader: 'Your data stays where it is.',
      heading: 'Your subscription has ended',
      paragraphs: [
        `Hello ${name}, the ${planName(plan)} subscription of ${tenantName} has ended. The organisation is on ${plans.free.name} now.`,
        'Nothing was deleted. What is beyond the limits of that plan can be read; a new subscription brings the rest back.',
      ],
      action: { label: 'Choose a plan', url },
    }),
  }
}

export function planChangedEmail(
  { to, name, tenantName, url }: BillingEmail,
  change: { from: string; to: string; interval: string },
): Message {
  return {
    to,
    kind: 'billing.plan_changed',
    subject: `${tenantName} is on ${planName(change.to)} now`,
    ...layout({
      preheader: 'What changed, and where to see it.',
      heading: 'Your plan was changed',
      paragraphs: [
        `Hello ${name}, ${tenantName} went from ${planName(change.from)} to ${planName(change.to)}, billed by the ${change.interval}.`,
      ],
      action: { label: 'See the details', url },
      footnote: 'If nobody of your organisation asked for this, answer to this mail.',
    }),
  }
}
