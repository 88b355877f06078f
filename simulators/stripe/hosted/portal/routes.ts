/** `/p/session/{session}`: the customer portal. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { createCard, payInvoice } from '../../engine/index.ts'
import { StripeFault, type World } from '../../world.ts'
import type { Change } from '../objects.ts'
import { chosenCard, faultOf, keptFields, readCard } from '../pages/card-fields.ts'
import { EMPTY, FormFault } from '../pages/fields.ts'
import { message } from '../pages/layout.ts'
import { noticeOf } from '../pages/notices.ts'
import { type Form, type Hosting, sendPage } from '../pages/serve.ts'
import { invoicesOf, newestCard, openPortal, type Portal, subscriptionBehind, subscriptionOf } from './access.ts'
import { cancelPlan, keepPlan } from './cancel.ts'
import { saveCard } from './card.ts'
import { changeDetails } from './details.ts'
import { addressesOf, afterFlow, type FlowEnd, flowAddress } from './flow.ts'
import { at } from './frame.ts'
import { homePage } from './home-page.ts'
import { changePlan, onlyItem } from './plan.ts'
import { choosePage, confirmPage } from './plan-pages.ts'
import { dropSchedule } from './schedule.ts'
import { cancelPage, cardPage, detailsPage } from './step-pages.ts'

interface Request {
  Params: { session: string }
  Querystring: Form
  Body: Form
}

export function portalRoutes(app: FastifyInstance, { transact, world, forms }: Hosting): void {
  const open = (request: { params: { session: string } }) => openPortal(world, request.params.session)
  const show = (reply: FastifyReply, portal: Portal, page: string) => sendPage(reply, page, addressesOf(portal))
  const tokenOf = (portal: Portal) => forms.token(portal.session.id)

  /** A form of this portal: forged ones are refused, and what it does is done wholly or not at all. */
  function posted(path: string, work: (world: World, portal: Portal, form: Form) => FlowEnd): void {
    app.post<Request>(`/p/session/:session${path}`, (request, reply) => {
      forms.assert(request.body, request.params.session)
      const end = transact((world) => work(world, openPortal(world, request.params.session), request.body))
      return reply.redirect(afterFlow(open(request), end), 303)
    })
  }

  app.get<Request>('/p/session/:session', (request, reply) => reply.redirect(flowAddress(world, open(request)), 303))

  app.get<Request>('/p/session/:session/home', (request, reply) => {
    const portal = open(request)
    return show(reply, portal, homePage(world, portal, tokenOf(portal), request.query.notice))
  })

  app.get<Request>('/p/session/:session/done', (request, reply) => {
    const portal = open(request)
    const text = portal.session.flow?.after_completion.hosted_confirmation?.custom_message ?? 'You can close this page.'
    const href = portal.session.return_url ?? at(portal, '/home')
    return show(reply, portal, message('Done', text, { href, label: 'Continue' }))
  })

  app.get<Request>('/p/session/:session/plan', (request, reply) => {
    const portal = open(request)
    const subscription = subscriptionOf(world, portal, request.query.subscription ?? '')
    return show(reply, portal, choosePage(world, portal, subscription, request.query.notice))
  })

  app.get<Request>('/p/session/:session/confirm', (request, reply) => {
    const portal = open(request)
    const subscription = subscriptionOf(world, portal, request.query.subscription ?? '')
    const change = { ...changeIn(request.query), at: world.now(subscription) }
    const item = onlyItem(subscription)
    if (item?.price.id === change.price && item.quantity === change.quantity)
      return reply.redirect(at(portal, `/plan?subscription=${subscription.id}&notice=nothing_changes`), 303)
    return show(reply, portal, confirmPage(world, portal, subscription, change, tokenOf(portal)))
  })

  app.post<Request>('/p/session/:session/confirm', (request, reply) => {
    forms.assert(request.body, request.params.session)
    const portal = open(request)
    const change = changeIn(request.body)
    try {
      const { challenge, scheduled } = transact((world) => changePlan(world, portal, change))
      if (challenge) return reply.redirect(challenge, 303)
      return reply.redirect(afterFlow(portal, scheduled ? 'plan_scheduled' : 'plan_changed'), 303)
    } catch (error) {
      const { message, status } = faultOf(error)
      const subscription = subscriptionOf(world, portal, change.subscription)
      const again = { ...change, at: world.now(subscription) }
      const page = confirmPage(world, portal, subscription, again, tokenOf(portal), message)
      return show(reply.code(status), portal, page)
    }
  })

  posted('/schedule', (world, portal, form) => {
    dropSchedule(world, subscriptionOf(world, portal, form.subscription ?? ''))
    return 'schedule_dropped'
  })

  app.get<Request>('/p/session/:session/cancel', (request, reply) => {
    const portal = open(request)
    const subscription = subscriptionOf(world, portal, request.query.subscription ?? '')
    return show(reply, portal, cancelPage(world, portal, subscription, tokenOf(portal)))
  })

  posted('/cancel', (world, portal, form) => {
    const why = { feedback: form.feedback ?? '', comment: form.comment ?? '' }
    cancelPlan(world, portal, form.subscription ?? '', why)
    return 'cancelled'
  })

  posted('/keep', (world, portal, form) => {
    keepPlan(world, portal, form.subscription ?? '')
    return 'kept'
  })

  app.get<Request>('/p/session/:session/card', (request, reply) => {
    const portal = open(request)
    assertEnabled(portal.features.payment_method_update)
    const { card, subscription = null, notice } = request.query
    const state = { values: chosenCard(world, card, portal.customer.name ?? null), fault: null }
    return show(reply, portal, cardPage(world, portal, subscription, tokenOf(portal), state, notice))
  })

  app.post<Request>('/p/session/:session/card', (request, reply) => {
    forms.assert(request.body, request.params.session)
    const portal = open(request)
    assertEnabled(portal.features.payment_method_update)
    const subscription = request.query.subscription ?? null
    try {
      const { challenge } = transact((world) => {
        const { number, ...typed } = readCard(world, request.body)
        return saveCard(world, portal, createCard(world, number, typed).id, subscription)
      })
      return reply.redirect(challenge ?? afterFlow(portal, 'card_saved'), 303)
    } catch (error) {
      const state = { values: keptFields(request.body), fault: faultOf(error) }
      const page = cardPage(world, portal, subscription, tokenOf(portal), state)
      return show(reply.code(state.fault.status), portal, page)
    }
  })

  app.get<Request>('/p/session/:session/details', (request, reply) => {
    const portal = open(request)
    assertEnabled(portal.features.customer_update)
    const values = { name: portal.customer.name ?? '', email: portal.customer.email ?? '' }
    return show(reply, portal, detailsPage(portal, tokenOf(portal), { ...EMPTY, values }))
  })

  app.post<Request>('/p/session/:session/details', (request, reply) => {
    forms.assert(request.body, request.params.session)
    const portal = open(request)
    assertEnabled(portal.features.customer_update)
    try {
      transact((world) => changeDetails(world, portal, request.body))
      return reply.redirect(at(portal, '/home?notice=details_saved'), 303)
    } catch (error) {
      if (!(error instanceof FormFault)) throw error
      const state = { values: keptFields(request.body), fault: error }
      return show(reply.code(error.status), portal, detailsPage(portal, tokenOf(portal), state))
    }
  })

  app.post<Request>('/p/session/:session/pay', (request, reply) => {
    forms.assert(request.body, request.params.session)
    const portal = open(request)
    const invoice = invoicesOf(world, portal).find(({ id }) => id === request.body.invoice)
    const card = invoice && newestCard(world, portal.customer, subscriptionBehind(world, invoice))
    if (!invoice || !card) throw new StripeFault(404, { message: 'There is nothing to pay here.' })
    if (invoice.status === 'paid') return reply.redirect(at(portal, '/home?notice=paid'), 303)
    try {
      transact((world) => payInvoice(world, invoice.id, { payment_method: card.id }))
      return reply.redirect(at(portal, '/home?notice=paid'), 303)
    } catch (error) {
      if (!(error instanceof StripeFault)) throw error
      if (error.body.code === 'authentication_required') return reply.redirect(`/invoice/${invoice.id}`, 303)
      return reply.redirect(at(portal, `/home?notice=${noticeOf(error.body)}`), 303)
    }
  })
}

const changeIn = (form: Form): Change => ({
  subscription: form.subscription ?? '',
  price: form.price ?? '',
  quantity: Number(form.quantity),
  at: Number(form.at),
})

function assertEnabled({ enabled }: { enabled: boolean }): void {
  if (!enabled) throw new StripeFault(404, { message: 'This page is not part of the portal.' })
}
