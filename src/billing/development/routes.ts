/** Development only: where the local Stripe is, and a renewal that is going to fail. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { requires, type TenantScope } from '#access'
import type { Database } from '#platform/db/database.ts'
import { inTenant } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { Type } from '#platform/schema.ts'
import type { LocalStripe } from './local-stripe.ts'
import { findCustomerId } from './queries.ts'

export interface LocalStripeRoutesOptions {
  db: Database
  localStripe: LocalStripe
  tenantOf: (request: FastifyRequest) => TenantScope
}

export const localStripeRoutes: FastifyPluginAsyncTypebox<LocalStripeRoutesOptions> = async (
  app,
  { db, localStripe, tenantOf },
) => {
  app.get(
    '/dev/stripe',
    { config: { access: 'public' }, schema: { hide: true, response: { 200: Type.Object({ url: Type.String() }) } } },
    async () => ({ url: localStripe.url }),
  )

  app.post(
    '/dev/stripe/fail-next-payment',
    { config: { access: requires('billing.manage') }, schema: { hide: true, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const scope = tenantOf(request)
      const customer = await inTenant(db, scope, (tx) => findCustomerId(tx, scope.tenantId))
      if (!customer) throw new Refusal(409, 'CONFLICT', 'Stripe does not know this organisation yet.')
      await localStripe.failNextPayment(customer)
      return reply.code(204).send(null)
    },
  )
}
