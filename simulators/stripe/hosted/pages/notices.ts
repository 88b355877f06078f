/** What a page says after a redirect. Only these: an address must not put words on a page. */
const NOTICES: Readonly<Record<string, string>> = {
  authentication_failed:
    'We are unable to authenticate your card. Choose another card, or try again and approve the payment.',
  card_declined: 'Your card was declined. Choose another card.',
  insufficient_funds: 'Your card has insufficient funds. Choose another card.',
  generic_decline: 'Your card was declined. Choose another card.',
  payment_failed: 'The payment failed. Choose another card, or try again.',
  plan_changed: 'Your plan was changed.',
  plan_scheduled: 'Your plan changes at the end of the period.',
  schedule_dropped: 'Your plan stays as it is.',
  nothing_changes: 'That is what you have already. Choose another plan or quantity.',
  cancelled: 'Your plan was cancelled.',
  kept: 'Your plan goes on.',
  card_saved: 'Your card was saved.',
  details_saved: 'Your details were saved.',
  paid: 'The invoice was paid.',
}

export const noticeText = (code: string | undefined): string | null =>
  code !== undefined && Object.hasOwn(NOTICES, code) ? (NOTICES[code] ?? null) : null

/** The notice for a refusal of the engine. */
export const noticeOf = ({ code, decline_code }: { code?: string; decline_code?: string }): string =>
  [decline_code, code].find((each) => each !== undefined && Object.hasOwn(NOTICES, each)) ?? 'payment_failed'

const REFUSALS = new Set([
  'authentication_failed',
  'card_declined',
  'generic_decline',
  'insufficient_funds',
  'payment_failed',
])

export const isRefusal = (code: string | undefined): boolean => code !== undefined && REFUSALS.has(code)
