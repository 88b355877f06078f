/** `/v1/subscriptions`, their items and their schedules. */
import type { Call, Operations, Stored, World } from '../../world.ts'
import { cancelSubscription } from '../cancel.ts'
import { createSubscription } from '../create.ts'
import { isEnded } from '../end.ts'
import { invalid, missing } from '../faults.ts'
import type { SubscriptionItem } from '../objects.ts'
import { inRange } from '../params.ts'
import { pauseSubscription, resumeSubscription } from '../resume.ts'
import { cancelSchedule, createSchedule, releaseSchedule, updateSchedule } from '../schedules.ts'
import { updateSubscription } from '../update.ts'

export const newestFirst = <T>(objects: readonly T[]): T[] => objects.toReversed()

export const noSearch = (): never => {
  throw invalid('The local Stripe has no search: what it would find is not there yet when it is needed. List instead.')
}

/** Without a filter everything is shown that has not ended. */
function hasStatus(subscription: Stored<'subscription'>, wanted: string | undefined): boolean {
  if (wanted === 'all') return true
  if (wanted === 'ended') return isEnded(subscription)
  if (wanted !== undefined) return subscription.status === wanted
  return subscription.status !== 'canceled'
}

function listSubscriptions({ world, params }: Call) {
  const hasPrice = (id: string) => (subscription: Stored<'subscription'>) =>
    subscription.items.data.some(({ price }) => price.id === id)
  const found = world
    .table('subscription')
    .filter(
      (each) =>
        hasStatus(each, params.status) &&
        (params.customer === undefined || each.customer === params.customer) &&
        (params.collection_method === undefined || each.collection_method === params.collection_method) &&
        (params.test_clock === undefined || each.test_clock === params.test_clock) &&
        (params.price === undefined || hasPrice(params.price)(each)) &&
        inRange(each.created, params.created) &&
        each.items.data.some(
          (item) =>
            inRange(item.current_period_end, params.current_period_end) &&
            inRange(item.current_period_start, params.current_period_start),
        ),
    )
  return newestFirst(found)
}

function itemNamed(world: World, id: string): { item: SubscriptionItem; subscription: Stored<'subscription'> } {
  for (const subscription of world.table('subscription').all()) {
    const item = subscription.items.data.find((each) => each.id === id)
    if (item) return { item, subscription }
  }
  throw missing('subscription item', id)
}

const OF_THE_CHANGE = ['proration_behavior', 'proration_date', 'payment_behavior', 'off_session'] as const

/** The parameters of an item's operation as those of an update of its subscription. */
function changeOf(params: Record<string, unknown>, item: object) {
  const own = Object.fromEntries(
    Object.entries(params).filter(
      ([key]) => !(OF_THE_CHANGE as readonly string[]).includes(key) && key !== 'subscription' && key !== 'expand',
    ),
  )
  const shared = Object.fromEntries(
    OF_THE_CHANGE.filter((key) => params[key] !== undefined).map((key) => [key, params[key]]),
  )
  return { items: [{ ...own, ...item }], ...shared }
}

const items: Operations = {
  'GET /v1/subscription_items': ({ world, params }) => {
    const { data } = world.need('subscription', params.subscription, 'subscription').items
    return newestFirst(data)
  },
  'GET /v1/subscription_items/{id}': ({ world, path }) => itemNamed(world, path.id as string).item,
  'POST /v1/subscription_items': ({ world, params }) => {
    const after = updateSubscription(world, params.subscription, changeOf(params, {}))
    return after.items.data.at(-1) as SubscriptionItem
  },
  'POST /v1/subscription_items/{id}': ({ world, params, path: { id } }) => {
    const { subscription } = itemNamed(world, id as string)
    updateSubscription(world, subscription.id, changeOf(params, { id }))
    return itemNamed(world, id as string).item
  },
  'DELETE /v1/subscription_items/{id}': ({ world, params, path: { id } }) => {
    const { subscription } = itemNamed(world, id as string)
    updateSubscription(world, subscription.id, changeOf(params, { id, deleted: true }))
    return { id, object: 'subscription_item', deleted: true }
  },
}

const schedules: Operations = {
  'GET /v1/subscription_schedules': ({ world, params }) =>
    newestFirst(
      world
        .table('subscription_schedule')
        .filter((each) => params.customer === undefined || each.customer === params.customer),
    ),
  'GET /v1/subscription_schedules/{id}': ({ world, path }) => world.need('subscription_schedule', path.id as string),
  'POST /v1/subscription_schedules': ({ world, params }) => createSchedule(world, params),
  'POST /v1/subscription_schedules/{id}': ({ world, params, path }) => updateSchedule(world, path.id as string, params),
  'POST /v1/subscription_schedules/{id}/release': ({ world, path }) => releaseSchedule(world, path.id as string),
  'POST /v1/subscription_schedules/{id}/cancel': ({ world, path }) => cancelSchedule(world, path.id as string),
}

export const subscriptionOperations: Operations = {
  'GET /v1/subscriptions': listSubscriptions,
  'GET /v1/subscriptions/search': noSearch,
  'GET /v1/subscriptions/{id}': ({ world, path }) => world.need('subscription', path.id as string),
  'POST /v1/subscriptions': ({ world, params }) => createSubscription(world, params),
  'POST /v1/subscriptions/{id}': ({ world, params, path }) => updateSubscription(world, path.id as string, params),
  'DELETE /v1/subscriptions/{id}': ({ world, params, path }) => cancelSubscription(world, path.id as string, params),
  'DELETE /v1/subscriptions/{id}/discount': ({ world, path }) => {
    const { discounts } = world.need('subscription', path.id as string)
    const { end: _, ...discount } = world.need('discount', discounts[0] ?? '')
    updateSubscription(world, path.id as string, { discounts: '' })
    return { ...discount, deleted: true }
  },
  'POST /v1/subscriptions/{id}/pause': ({ world, params, path }) => pauseSubscription(world, path.id as string, params),
  'POST /v1/subscriptions/{id}/resume': ({ world, params, path }) =>
    resumeSubscription(world, path.id as string, params),
  ...items,
  ...schedules,
}
