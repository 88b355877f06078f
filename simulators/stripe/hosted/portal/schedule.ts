/** A change that waits for the end of the period: a schedule of two phases, which then lets the subscription go. */
import { engineOperations } from '../../engine/index.ts'
import { type Stored, StripeFault, type World } from '../../world.ts'
import type { Change } from '../objects.ts'

type Subscription = Stored<'subscription'>

function run(world: World, name: string, params: object, id = ''): { id: string } {
  const operation = engineOperations[name]
  if (!operation) throw new StripeFault(400, { message: 'Changes at the end of the period are not simulated.' })
  return operation({ world, params, path: { id } }) as { id: string }
}

export function scheduleChange(world: World, subscription: Subscription, { price, quantity }: Change): void {
  const [item] = subscription.items.data
  if (!item) return
  const { id } = run(world, 'POST /v1/subscription_schedules', { from_subscription: subscription.id })
  const phase = { start_date: item.current_period_start, end_date: item.current_period_end }
  run(
    world,
    'POST /v1/subscription_schedules/{id}',
    {
      end_behavior: 'release',
      phases: [
        { ...phase, items: [{ price: item.price.id, quantity: item.quantity }] },
        { start_date: item.current_period_end, items: [{ price, quantity }], proration_behavior: 'none' },
      ],
    },
    id,
  )
}

/** What a schedule brings at the end of the period. */
export function scheduledChange(world: World, subscription: Subscription) {
  const schedule = subscription.schedule ? world.table('subscription_schedule').get(subscription.schedule) : undefined
  const next = schedule?.phases.find(({ start_date }) => start_date > world.now(subscription))
  const [item] = next?.items ?? []
  if (!next || !item) return undefined
  return { at: next.start_date, price: world.need('price', item.price), quantity: item.quantity ?? 1 }
}

export function dropSchedule(world: World, { schedule }: Subscription): void {
  if (schedule) run(world, 'POST /v1/subscription_schedules/{id}/release', {}, schedule)
}
