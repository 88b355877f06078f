import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { requires, type TenantScope } from '#access'
import { listOf, ok, success } from '#platform/http/envelope.ts'
import { pageOf, windowOf } from '#platform/http/page-query.ts'
import type { Limiter } from '#platform/http/rate-limit.ts'
import { Type } from '#platform/schema.ts'
import { cancelSubscription, resumeSubscription } from './change/cancel.ts'
import { changeSubscription } from './change/change.ts'
import type { UsedOf } from './change/impact.ts'
import { type Preview, previewChange } from './change/preview.ts'
import { startCheckout } from './checkout/checkout.ts'
import type { Billing } from './context.ts'
import { offeredPlans } from './offer.ts'
import { openPortal } from './portal/portal.ts'
import {
  ChangeBody,
  CheckoutView,
  InvoicesQuery,
  InvoiceView,
  NewCheckout,
  Nothing,
  PlanView,
  PortalBody,
  PortalQuery,
  PortalView,
  PreviewBody,
  PreviewView,
  SubscriptionView,
} from './schemas.ts'
import { invoicesOf } from './subscription/invoices.ts'
import { refresh } from './subscription/refresh.ts'
import { readSubscription } from './subscription/view.ts'

export interface BillingRoutesOptions {
  billing: Billing
  limiter: Limiter
  /** How much of each limit is in use, from the modules that know. */
  usedOf: UsedOf
  tenantOf: (request: FastifyRequest) => TenantScope
}

export const billingRoutes: FastifyPluginAsyncTypebox<BillingRoutesOptions> = async (
  app,
  { billing, limiter, usedOf, tenantOf },
) => {
  const manage = requires('billing.manage')
  const answer = async (request: FastifyRequest) => ok(await readSubscription(billing, tenantOf(request), usedOf))

  app.get(
    '/billing/plans',
    {
      config: { access: 'public' },
      schema: { tags: ['Billing'], summary: 'The plans', response: { 200: success(Type.Array(PlanView)) } },
    },
    async () => ok(offeredPlans()),
  )

  app.get(
    '/billing/subscription',
    {
      config: { access: requires('billing.read') },
      schema: {
        tags: ['Billing'],
        summary: 'Plan, subscription, limits and what of them is in use',
        response: { 200: success(SubscriptionView) },
      },
    },
    answer,
  )

  for (const path of ['/billing/checkout', '/billing/create-checkout-session']) {
    app.post(
      path,
      {
        config: {
          access: manage,
          detached: true,
          problems: { 409: 'Subscribed already', 422: 'Not for sale', 503: 'Stripe is away or not set up' },
        },
        schema: {
          tags: ['Billing'],
          summary: 'Open a payment page at Stripe',
          description: 'One page is open for each organisation; the same request answers the same page.',
          body: NewCheckout,
          response: { 201: success(CheckoutView) },
        },
      },
      async (request, reply) => {
        const page = await startCheckout(billing, tenantOf(request), request.body)
        return reply.code(201).send(ok(page))
      },
    )
  }

  const portal = {
    config: {
      access: manage,
      detached: true,
      problems: { 409: 'There is no subscription', 503: 'Stripe is away or not set up' },
    },
    schema: {
      tags: ['Billing'],
      summary: "Open Stripe's page for cards, invoices and cancelling",
      response: { 200: success(PortalView) },
    },
  }
  app.post('/billing/portal', { ...portal, schema: { ...portal.schema, body: PortalBody } }, async (request) =>
    ok(await openPortal(billing, tenantOf(request), request.body?.flow)),
  )
  app.get(
    '/billing/customer-portal',
    { ...portal, schema: { ...portal.schema, querystring: PortalQuery } },
    async (request) => ok(await openPortal(billing, tenantOf(request), request.query.flow)),
  )

  const problems = {
    402: 'The card was declined; nothing was changed',
    409: 'No subscription, one that ends, one with an open payment, or one that is being changed',
    422: 'Not for sale, too few or too many seats, or a preview that is too old',
    503: 'Stripe is away or not set up',
  }
  app.post(
    '/billing/preview',
    {
      config: { access: manage, detached: true, problems },
      schema: {
        tags: ['Billing'],
        summary: 'What a change costs and which limits it breaks',
        body: PreviewBody,
        response: { 200: success(PreviewView) },
      },
    },
    async (request) => ok(previewView(await previewChange(billing, tenantOf(request), request.body, usedOf))),
  )

  app.post(
    '/billing/change',
    {
      config: { access: manage, detached: true, problems },
      schema: {
        tags: ['Billing'],
        summary: 'Change plan, interval or seats',
        body: ChangeBody,
        response: { 200: success(SubscriptionView) },
      },
    },
    async (request) => {
      const { proration_date: prorationDate, ...wish } = request.body
      await changeSubscription(billing, tenantOf(request), { ...wish, prorationDate })
      return answer(request)
    },
  )

  for (const { path, summary, act } of [
    { path: '/billing/cancel', summary: 'End the subscription with its period', act: cancelSubscription },
    { path: '/billing/resume', summary: 'Take back an end or a change that is scheduled', act: resumeSubscription },
    {
      path: '/billing/sync',
      summary: 'Read Stripe again',
      act: (_: Billing, scope: TenantScope) => refresh(billing, scope, limiter),
    },
  ]) {
    app.post(
      path,
      {
        config: { access: manage, detached: true, problems: { 409: problems[409], 503: problems[503] } },
        schema: { tags: ['Billing'], summary, body: Nothing, response: { 200: success(SubscriptionView) } },
      },
      async (request) => {
        await act(billing, tenantOf(request))
        return answer(request)
      },
    )
  }

  app.get(
    '/billing/invoices',
    {
      config: { access: requires('billing.invoices') },
      schema: {
        tags: ['Billing'],
        summary: 'Invoices, newest first',
        querystring: InvoicesQuery,
        response: { 200: listOf(InvoiceView) },
      },
    },
    async (request) => {
      const { items, total } = await invoicesOf(billing, tenantOf(request), windowOf(request.query))
      return ok(pageOf(request.query, total, items))
    },
  )
}

function previewView(preview: Preview) {
  return {
    lines: preview.lines.map(({ description, amount, periodStart, periodEnd, isProration }) => ({
      description,
      amount,
      period_start: periodStart.toISOString(),
      period_end: periodEnd.toISOString(),
      proration: isProration,
    })),
    total: preview.total,
    credit: preview.credit,
    currency: preview.currency,
    next_invoice_at: preview.nextInvoiceAt.toISOString(),
    next_amount: preview.nextAmount,
    effective: preview.effective,
    effective_at: preview.effectiveAt.toISOString(),
    impact: preview.impact,
    proration_date: preview.prorationDate,
  }
}
