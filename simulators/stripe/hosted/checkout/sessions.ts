/** `/v1/checkout/sessions`: create, read, list, change, expire. */

import { inRange, mergeMetadata } from '../../engine/params.ts'
import { type Operations, type Stored, StripeFault, type World } from '../../world.ts'
import type { CheckoutItem } from '../objects.ts'
import { createSession } from './create.ts'

const itemsOf = (world: World, session: string): CheckoutItem[] => world.need('checkout.cart', session).items

interface Filters {
  customer?: string
  status?: string
  subscription?: string
  payment_intent?: string
  payment_link?: string
  customer_details?: { email?: string }
  created?: number | { gt?: number; gte?: number; lt?: number; lte?: number }
}

function matches(session: Stored<'checkout.session'>, filters: Filters): boolean {
  const fields = ['customer', 'status', 'subscription', 'payment_intent', 'payment_link'] as const
  if (fields.some((field) => filters[field] !== undefined && session[field] !== filters[field])) return false
  const email = filters.customer_details?.email
  if (email !== undefined && session.customer_details?.email !== email) return false
  return inRange(session.created, filters.created)
}

/** Ends an open session: its page takes no payment any more. */
export function expireSession(world: World, id: string): Stored<'checkout.session'> {
  world.unschedule('checkout.session.expiry', id)
  const session = world.update('checkout.session', id, { status: 'expired', url: null })
  world.emit('checkout.session.expired', session)
  return session
}

export const checkoutOperations: Operations = {
  'POST /v1/checkout/sessions': createSession,

  'GET /v1/checkout/sessions': ({ world, params }) =>
    world
      .table('checkout.session')
      .filter((session) => matches(session, params))
      .reverse(),

  'GET /v1/checkout/sessions/{id}': ({ world, path }) => world.need('checkout.session', path.id ?? ''),

  'POST /v1/checkout/sessions/{id}': ({ world, params, path }) => {
    const session = world.need('checkout.session', path.id ?? '')
    const unknown = ['collected_information', 'line_items', 'payment_intent_data', 'shipping_options'].find(
      (param) => params[param] !== undefined,
    )
    if (unknown)
      throw new StripeFault(400, { message: `The local Stripe does not simulate \`${unknown}\` here.`, param: unknown })
    if (params.metadata === undefined) return session
    const metadata = mergeMetadata(session.metadata, params.metadata)
    return world.update('checkout.session', session.id, { metadata })
  },

  'POST /v1/checkout/sessions/{id}/expire': ({ world, path }) => {
    const session = world.need('checkout.session', path.id ?? '')
    if (session.status === 'open') return expireSession(world, session.id)
    throw new StripeFault(400, {
      message: `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
      param: 'session',
    })
  },

  'GET /v1/checkout/sessions/{id}/line_items': ({ world, path }) =>
    itemsOf(world, world.need('checkout.session', path.id ?? '').id),
}

/** `line_items` is there only when it is asked for. */
export const lineItemsOf = (world: World, session: Stored<'checkout.session'>) => {
  const data = itemsOf(world, session.id)
  return { object: 'list', data, has_more: false, url: `/v1/checkout/sessions/${session.id}/line_items` }
}
