/** Where Stripe tells that something happened. Acknowledged when it is kept, and not before. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Refusal, unavailable } from '#platform/errors.ts'
import { Type } from '#platform/schema.ts'
import type { Billing } from '../context.ts'
import { isSigned } from '../stripe/signature.ts'
import { keepEvent } from './keep.ts'

/** Stripe's largest events have some hundred kilobytes. */
const BODY_BYTES = 1024 * 1024

const Received = Type.Object({ received: Type.Literal(true) })

export const webhookRoutes: FastifyPluginAsyncTypebox<{ billing: Billing }> = async (app, { billing }) => {
  // For this route alone: the signature is over the bytes as they came.
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post(
    '/billing/webhook',
    {
      bodyLimit: BODY_BYTES,
      config: {
        access: 'public',
        // Bursts come from a handful of addresses, and whoever has no secret is refused before anything is done.
        limited: false,
        problems: { 400: 'Not signed by Stripe, or not an event', 413: 'Body too large', 415: 'Not uncompressed JSON' },
      },
      schema: {
        tags: ['Billing'],
        summary: 'Told by Stripe; signed with Stripe-Signature',
        response: { 200: Received },
      },
    },
    async (request) => {
      const { stripe } = billing
      if (!stripe || stripe.webhookSecrets.length === 0) {
        throw unavailable('Payments are not set up here. An operator has to configure Stripe.', 3600)
      }
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      // Stripe signs with the real time, wherever the clock of the application stands.
      if (!isSigned(body, signatureOf(request), stripe.webhookSecrets, Date.now())) throw badSignature()
      if ((await keepEvent(billing, parsed(body))) === 'unreadable') throw notAnEvent()
      return { received: true as const }
    },
  )
}

/** Node joins headers that are sent twice, and one could hide behind the other. */
function signatureOf({ raw: { headers, rawHeaders } }: FastifyRequest): string | undefined {
  const count = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'stripe-signature').length
  return count === 1 ? String(headers['stripe-signature']) : undefined
}

/** Not the parser of other routes, which refuses names such as `__proto__`: metadata may hold any. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw notAnEvent()
  }
}

const badSignature = () =>
  new Refusal(
    400,
    'INVALID_SIGNATURE',
    'The signature is missing, older than five minutes, or not made with our secret.',
  )
const notAnEvent = () => new Refusal(400, 'MALFORMED_REQUEST', 'The body is not an event.')
