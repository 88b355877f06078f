/** `/invoice/{id}`, where `hosted_invoice_url` leads. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { attachPaymentMethod, createCard, needsAuthentication, payInvoice } from '../../engine/index.ts'
import { type Stored, StripeFault, type World } from '../../world.ts'
import { ask } from '../challenge/challenge.ts'
import { chosenCard, faultOf, keptFields, readCard } from '../pages/card-fields.ts'
import type { FormState } from '../pages/fields.ts'
import { message } from '../pages/layout.ts'
import { type Form, type Hosting, sendPage } from '../pages/serve.ts'
import { newestCard, subscriptionBehind } from '../portal/access.ts'
import { invoicePage } from './page.ts'

interface Request {
  Params: { invoice: string }
  Querystring: { card?: string; notice?: string }
  Body: Form
}

export function invoiceRoutes(app: FastifyInstance, { transact, world, forms }: Hosting): void {
  function show(reply: FastifyReply, invoice: Stored<'invoice'>, state: FormState, notice?: string): FastifyReply {
    return sendPage(reply, invoicePage(world, invoice, { token: forms.token(invoice.id), state, notice }))
  }

  app.get<Request>('/invoice/:invoice', (request, reply) => {
    const invoice = world.need('invoice', request.params.invoice)
    if (invoice.status === 'draft')
      return sendPage(reply, message('This invoice is a draft', 'It can be read once it is finalized.'))
    const values = chosenCard(world, request.query.card, invoice.customer_name)
    return show(reply, invoice, { values, fault: null }, request.query.notice)
  })

  app.post<Request>('/invoice/:invoice', (request, reply) => {
    const { invoice: id } = request.params
    forms.assert(request.body, id)
    const invoice = world.need('invoice', id)
    if (invoice.status !== 'open') return reply.redirect(`/invoice/${id}`, 303)
    try {
      const challenge = transact((world) => pay(world, invoice, request.body))
      return reply.redirect(challenge ?? `/invoice/${id}?notice=paid`, 303)
    } catch (error) {
      const state = { values: keptFields(request.body), fault: faultOf(error) }
      return show(reply.code(state.fault.status), world.need('invoice', id), state)
    }
  })
}

/** Pays it, or says where the bank of the card asks first. */
function pay(world: World, invoice: Stored<'invoice'>, form: Form): string | undefined {
  const customer = world.need('customer', invoice.customer ?? '')
  const card = form.saved
    ? newestCard(world, customer, subscriptionBehind(world, invoice))?.id
    : newCard(world, customer.id, form)
  if (!card) throw new StripeFault(400, { message: 'There is no saved card.' })
  if (!needsAuthentication(world, card, 'payment')) {
    payInvoice(world, invoice.id, { payment_method: card })
    return undefined
  }
  return ask(world, {
    payment_method: card,
    amount: invoice.amount_remaining,
    currency: invoice.currency,
    confirmed: { kind: 'invoice', invoice: invoice.id },
  })
}

function newCard(world: World, customer: string, form: Form): string {
  const { number, ...typed } = readCard(world, form)
  return attachPaymentMethod(world, createCard(world, number, typed).id, customer).id
}
