/** How many seats are paid for. Pure: the job that counts members and the reconciliation cannot disagree. */
import { isPlanKey, plans } from '../plans.ts'

/** A row as it is stored, or as it is about to be. */
interface Seated {
  plan: string
  quantity: number
  schedule_id?: string | null | undefined
  scheduled_at?: Date | string | null | undefined
  scheduled_plan?: string | null | undefined
}

export interface WantedSeats {
  now: number
  /** What follows at the end of the period, where a change is scheduled. */
  next: { schedule: string; quantity: number } | null
}

/** As many as there are members, and at least as many as were asked for, as far as the plan has room for them. */
export function seatsWanted(current: Seated, chosen: number | null, activeMembers: number): WantedSeats {
  const members = Math.max(activeMembers, 1)
  const within = (plan: string) => Math.max(members, Math.min(chosen ?? 1, roomIn(plan)))
  const { schedule_id: schedule, scheduled_at: at, scheduled_plan: plan } = current
  if (!schedule || !at || !plan) return { now: within(current.plan), next: null }
  // What is paid for until the end of the period is not given back before the time that was asked for.
  return { now: Math.max(current.quantity, members), next: { schedule, quantity: within(plan) } }
}

const roomIn = (plan: string): number => (isPlanKey(plan) ? plans[plan].limits.seats : null) ?? Number.POSITIVE_INFINITY
