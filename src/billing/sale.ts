/** What can be bought, in which number. */
import { Refusal } from '#platform/errors.ts'
import { isPlanKey, type PaidPlanKey, plans } from './plans.ts'

export function assertForSale(plan: string): asserts plan is PaidPlanKey {
  if (isPlanKey(plan) && plans[plan].prices) return
  throw new Refusal(
    422,
    'PLAN_NOT_FOR_SALE',
    `The plan ${plan} costs nothing and cannot be bought. Cancel the subscription to go back to it.`,
    { details: [{ field: 'plan', message: 'is not for sale' }] },
  )
}

/** Seats that the plan does not let anybody sit on are not sold. */
export function assertSeatsInPlan(plan: PaidPlanKey, quantity: number | undefined): void {
  const { name, limits } = plans[plan]
  if (quantity === undefined || limits.seats === null || quantity <= limits.seats) return
  throw new Refusal(422, 'SEATS_BEYOND_PLAN', `${name} has room for ${limits.seats} seats. Choose a larger plan.`, {
    details: [
      {
        field: 'quantity',
        message: `is more than ${limits.seats}`,
        limit: 'seats',
        used: quantity,
        allowed: limits.seats,
      },
    ],
  })
}

export function assertSeatsForMembers(quantity: number, members: number): void {
  if (quantity >= members) return
  throw new Refusal(
    422,
    'SEATS_IN_USE',
    `${members} people are active, so at least ${members} seats are paid for. Deactivate members first.`,
    { details: [{ field: 'quantity', message: `is less than ${members}`, used: members, allowed: quantity }] },
  )
}
