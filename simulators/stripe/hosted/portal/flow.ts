/** Deep links: which page a portal session opens with, and where it leads when that is done. */
import type { World } from '../../world.ts'
import type { Portal } from './access.ts'
import { at } from './frame.ts'

export type FlowEnd = 'plan_changed' | 'plan_scheduled' | 'schedule_dropped' | 'cancelled' | 'kept' | 'card_saved'

/** What finishes which flow; anything else that is done on the way does not lead out of it. */
const FINISHES: Readonly<Record<string, readonly FlowEnd[]>> = {
  payment_method_update: ['card_saved'],
  subscription_cancel: ['cancelled'],
  subscription_update: ['plan_changed', 'plan_scheduled'],
  subscription_update_confirm: ['plan_changed', 'plan_scheduled'],
}

export function flowAddress(world: World, portal: Portal): string {
  const { flow } = portal.session
  if (flow?.type === 'payment_method_update') return at(portal, '/card')
  if (flow?.subscription_cancel) return at(portal, `/cancel?subscription=${flow.subscription_cancel.subscription}`)
  if (flow?.subscription_update) return at(portal, `/plan?subscription=${flow.subscription_update.subscription}`)
  const { subscription, items } = flow?.subscription_update_confirm ?? {}
  const [asked] = items ?? []
  if (!subscription || !asked) return at(portal, '/home')
  const item = world.need('subscription', subscription).items.data.find(({ id }) => id === asked.id)
  const [price, quantity] = [asked.price ?? item?.price.id ?? '', asked.quantity ?? item?.quantity ?? 1]
  return at(portal, `/confirm?${new URLSearchParams({ subscription, price, quantity: String(quantity) })}`)
}

export function afterFlow(portal: Portal, end: FlowEnd): string {
  const { flow } = portal.session
  const done = flow && FINISHES[flow.type]?.includes(end) ? flow.after_completion : undefined
  if (done?.type === 'redirect' && done.redirect) return done.redirect.return_url
  return at(portal, done?.type === 'hosted_confirmation' ? '/done' : `/home?notice=${end}`)
}

/** Where the session may lead, as the API call named it. */
export const addressesOf = ({ session }: Portal): string[] =>
  [session.return_url, session.flow?.after_completion.redirect?.return_url].filter(
    (url) => url !== null && url !== undefined,
  )
