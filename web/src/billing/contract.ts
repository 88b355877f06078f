/** Names for what billing and analytics send and take, derived like all others from the description of the API. */
import type { Data, paths } from '../api/contract.ts'

type Taken<P extends keyof paths> = paths[P] extends {
  post: { requestBody: { content: { 'application/json': infer Body } } }
}
  ? Body
  : never

export type Change = Taken<'/billing/preview'>
export type Purchase = Taken<'/billing/checkout'>
export type PlanKey = Purchase['plan']
export type Interval = Purchase['interval']

type Offer = Data<'/billing/plans', 'get'>[number]
/** Limits are told by whatever key they have. */
export type PlanOffer = Omit<Offer, 'limits'> & { limits: Record<string, number | null> }

export type Subscription = Data<'/billing/subscription', 'get'>
export type LimitUse = Subscription['limits'][number]
export type Preview = Data<'/billing/preview', 'post'>
export type ExceededLimit = Preview['impact'][number]
export type Invoice = Data<'/billing/invoices', 'get'>['items'][number]
export type Usage = Data<'/billing/usage', 'get'>['items'][number]

export type Dashboard = Data<'/analytics/dashboard', 'get'>
export type Series = Dashboard['series'][number]
