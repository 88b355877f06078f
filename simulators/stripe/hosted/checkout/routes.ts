/** `/c/pay/{session}`: show, change, pay. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { createCard } from '../../engine/index.ts'
import type { World } from '../../world.ts'
import { ask } from '../challenge/challenge.ts'
import type { CheckoutSession } from '../objects.ts'
import { chosenCard, faultOf, keptFields, readCard } from '../pages/card-fields.ts'
import { EMPTY, FormFault, type FormState } from '../pages/fields.ts'
import { message } from '../pages/layout.ts'
import { noticeText } from '../pages/notices.ts'
import { type Form, type Hosting, sendPage } from '../pages/serve.ts'
import { hostOf } from '../pages/words.ts'
import { applyPromotionCode, changeQuantity, removePromotionCode } from './change.ts'
import { completeSession, isOpen, successAddress, wantsCard, wantsConfirmation } from './complete.ts'
import { checkoutPage } from './page.ts'

interface Request {
  Params: { session: string }
  Querystring: { card?: string; notice?: string }
  Body: Form
}

export function checkoutRoutes(app: FastifyInstance, { transact, world, webhooksHeard, forms }: Hosting): void {
  interface Showing {
    state?: FormState
    notice?: string | null
    promotion?: { typed: string; fault: FormFault | null }
  }

  function show(reply: FastifyReply, session: CheckoutSession, showing: Showing = {}): FastifyReply {
    const cart = world.need('checkout.cart', session.id)
    const { state = EMPTY, notice = null, promotion = { typed: '', fault: null } } = showing
    reply.code(state.fault?.status ?? promotion.fault?.status ?? 200)
    const view = { session, cart, token: forms.token(session.id), state, notice, promotion }
    return sendPage(reply, checkoutPage(world, view), addressesOf(session))
  }

  app.get<Request>('/c/pay/:session', (request, reply) => {
    const session = world.need('checkout.session', request.params.session)
    if (!isOpen(world, session)) return sendPage(reply, closedPage(session), addressesOf(session))
    const { card, notice } = request.query
    const name = session.customer_details?.name ?? null
    const state = { values: chosenCard(world, card, name), fault: null }
    return show(reply, session, { state, notice: noticeText(notice) })
  })

  app.post<Request>('/c/pay/:session/quantity', (request, reply) => {
    const { session: id } = request.params
    forms.assert(request.body, id)
    const quantity = Number(request.body.quantity) + Number(request.body.step ?? 0)
    transact((world) => changeQuantity(world, id, request.body.item ?? '', quantity))
    return reply.redirect(`/c/pay/${id}`, 303)
  })

  app.post<Request>('/c/pay/:session/promotion', (request, reply) => {
    const { session: id } = request.params
    forms.assert(request.body, id)
    const typed = request.body.code ?? ''
    try {
      transact((world) => (request.body.remove ? removePromotionCode(world, id) : applyPromotionCode(world, id, typed)))
    } catch (error) {
      const { message } = faultOf(error)
      return show(reply, world.need('checkout.session', id), { promotion: { typed, fault: new FormFault(message) } })
    }
    return reply.redirect(`/c/pay/${id}`, 303)
  })

  app.post<Request>('/c/pay/:session', async (request, reply) => {
    const { session: id } = request.params
    forms.assert(request.body, id)
    const session = world.need('checkout.session', id)
    // The second of two clicks gets the answer that the first one got.
    if (session.status === 'complete') return reply.redirect(successAddress(session), 303)
    if (!isOpen(world, session)) return sendPage(reply.code(410), closedPage(session), addressesOf(session))
    try {
      const { challenge } = transact((world) => pay(world, session, request.body))
      if (challenge) return reply.redirect(challenge, 303)
    } catch (error) {
      const state = { values: keptFields(request.body), fault: faultOf(error) }
      return show(reply, session, { state })
    }
    await webhooksHeard()
    return reply.redirect(successAddress(session), 303)
  })
}

/** Completes the session, or says where the bank of the card asks first. */
function pay(world: World, session: CheckoutSession, form: Form): { challenge?: string } {
  const email = emailOf(world, session, form)
  if (!wantsCard(session)) {
    completeSession(world, session.id, { name: null, email, payment_method: null })
    return {}
  }
  const { number, name, ...expiry } = readCard(world, form)
  const card = createCard(world, number, { ...expiry, name, email })
  if (!wantsConfirmation(world, session, card.id)) {
    completeSession(world, session.id, { name, email, payment_method: card.id })
    return {}
  }
  const challenge = ask(world, {
    payment_method: card.id,
    amount: session.amount_total || null,
    currency: session.currency,
    confirmed: { kind: 'checkout', session: session.id, payer: { name, email } },
  })
  return { challenge }
}

function emailOf(world: World, session: CheckoutSession, form: Form): string | null {
  const customer = session.customer ? world.need('customer', session.customer) : undefined
  const known = customer?.email ?? session.customer_email
  if (known) return known
  const typed = (form.email ?? '').trim()
  if (!/^[^\s@]+@[^\s@]+$/.test(typed)) throw new FormFault('Type an email address.', 'email')
  return typed
}

const addressesOf = ({ success_url, cancel_url }: CheckoutSession): string[] =>
  [success_url, cancel_url].filter((url) => url !== null)

function closedPage(session: CheckoutSession): string {
  if (session.status === 'complete') {
    const href = successAddress(session)
    return message('This has already been paid', 'There is nothing left to do on this page.', {
      href,
      label: `Go back to ${hostOf(session.success_url ?? href)}`,
    })
  }
  const back = session.cancel_url
  return message(
    'This page has expired',
    'It was open for a day and nothing was paid. Start again where you came from.',
    back ? { href: back, label: `Go back to ${hostOf(back)}` } : undefined,
  )
}
