import { PageQuery } from '#platform/http/page-query.ts'
import { type TSchema, Type } from '#platform/schema.ts'
import { intervals, planKeys } from './plans.ts'

const closed = { additionalProperties: false } as const
const Time = Type.String({ format: 'date-time' })
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const PlanName = Type.Enum([...planKeys])
const IntervalName = Type.Enum([...intervals])
const Amount = Type.Integer({ description: 'In the smallest unit of the currency.' })
const Quantity = Type.Integer({ minimum: 1, maximum: 100_000 })
const Limit = orNull(Type.Integer({ description: 'Null: without limit.' }))

export const PlanView = Type.Object({
  key: PlanName,
  name: Type.String(),
  description: Type.String(),
  prices: Type.Array(
    Type.Object({ interval: IntervalName, amount: Amount, currency: Type.String() }, { description: 'For each seat.' }),
  ),
  limits: Type.Object({ seats: Limit, projects: Limit, storage_bytes: Limit, ai_credits: Limit, api_calls: Limit }),
  features: Type.Array(Type.String()),
  trial_days: Type.Integer(),
})

export const SubscriptionView = Type.Object({
  plan: Type.String(),
  plan_name: Type.String(),
  status: Type.String({ description: "Stripe's word, or `none`." }),
  access: Type.Enum(['full', 'grace', 'none']),
  interval: orNull(Type.String()),
  currency: orNull(Type.String()),
  unit_amount: orNull(Amount),
  seats: Type.Object({ used: Type.Integer(), limit: Limit, quantity: orNull(Type.Integer()) }),
  current_period_end: orNull(Time),
  trial_end: orNull(Time),
  cancel_at: orNull(Time),
  grace_until: orNull(Time),
  scheduled_change: orNull(
    Type.Object({ plan: Type.String(), interval: Type.String(), quantity: orNull(Type.Integer()), at: Time }),
  ),
  open_invoice: orNull(
    Type.Object(
      {
        id: Type.String(),
        number: orNull(Type.String()),
        amount_due: Amount,
        currency: Type.String(),
        hosted_invoice_url: orNull(Type.String()),
      },
      { description: 'For owners and admins.' },
    ),
  ),
  limits: Type.Array(Type.Object({ key: Type.String(), used: Type.Integer(), limit: Limit })),
  features: Type.Array(Type.String()),
  trial_available: Type.Boolean(),
  synced_at: orNull(Time),
})

export const NewCheckout = Type.Object(
  { plan: PlanName, interval: IntervalName, quantity: Type.Optional(Quantity) },
  closed,
)
export const CheckoutView = Type.Object({ url: Type.String({ format: 'uri' }), session_id: Type.String() })

const Flow = Type.Optional(Type.Enum(['payment_method', 'cancel'], { description: 'Leads straight to one thing.' }))
export const PortalBody = orNull(Type.Object({ flow: Flow }, closed))
export const PortalQuery = Type.Object({ flow: Flow }, closed)
export const PortalView = Type.Object({ url: Type.String({ format: 'uri' }) })

/** What needs no words may come without a body. */
export const Nothing = orNull(Type.Object({}, closed))

const wish = {
  plan: Type.Optional(PlanName),
  interval: Type.Optional(IntervalName),
  quantity: Type.Optional(Quantity),
}
export const PreviewBody = Type.Object(wish, { ...closed, minProperties: 1 })
export const ChangeBody = Type.Object(
  {
    ...wish,
    proration_date: Type.Optional(
      Type.Integer({ description: 'From the preview, so that exactly what it showed is charged.' }),
    ),
  },
  { ...closed, minProperties: 1 },
)

export const PreviewView = Type.Object({
  lines: Type.Array(
    Type.Object({
      description: Type.String(),
      amount: Amount,
      period_start: Time,
      period_end: Time,
      proration: Type.Boolean(),
    }),
  ),
  total: Type.Integer({ description: 'What is charged now.' }),
  credit: Type.Integer({ description: 'What is kept for later invoices.' }),
  currency: Type.String(),
  next_invoice_at: Time,
  next_amount: Amount,
  effective: Type.Enum(['now', 'period_end']),
  effective_at: Time,
  impact: Type.Array(Type.Object({ limit: Type.String(), used: Type.Integer(), allowed: Type.Integer() })),
  proration_date: Type.Integer({ description: 'Unix seconds.' }),
})

export const InvoicesQuery = Type.Object(PageQuery.properties, closed)
export const InvoiceView = Type.Object({
  id: Type.String(),
  number: orNull(Type.String()),
  status: Type.String(),
  billing_reason: orNull(Type.String()),
  currency: Type.String(),
  total: Amount,
  amount_due: Amount,
  amount_paid: Amount,
  created_at: Time,
  paid_at: orNull(Time),
  period_start: orNull(Time),
  period_end: orNull(Time),
  hosted_invoice_url: orNull(Type.String()),
  invoice_pdf: orNull(Type.String()),
})
