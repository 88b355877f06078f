/** Made-up figures for whoever does not have the page yet: the same picture each time, and dated like today. */
import type { Dashboard, Series } from '../billing/contract.ts'
import { appNow } from '../ui/clock.ts'

const created = [3, 5, 4, 6, 9, 7, 8, 12, 10, 14, 13, 17]
const joined = [2, 1, 3, 2, 4, 3, 2, 5, 4, 6, 3, 5]
const wave = [12, 18, 22, 19, 25, 6, 4]

export function exampleDashboard(): Dashboard {
  const now = appNow()
  const dayOf = (date: Date) => date.toISOString().slice(0, 10)
  const month = (back: number) => dayOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)))
  const day = (back: number) => dayOf(new Date(now.getTime() - back * 86_400_000))
  const monthly = (key: string, name: string, unit: string, values: number[]): Series => ({
    key,
    name,
    unit,
    interval: 'month',
    points: values.map((value, at) => ({ date: month(values.length - 1 - at), value })),
  })
  const days = Array.from({ length: 30 }, (_, at) => ({
    date: day(29 - at),
    value: Math.round((wave[at % 7] ?? 0) * (0.7 + at / 50)),
  }))
  return {
    period: { from: month(11), to: dayOf(now) },
    totals: { projects: 108, active_projects: 64, active_members: 40, people_at_work: 31 },
    series: [
      monthly('projects_created', 'Projects created', 'projects', created),
      monthly('members_joined', 'Members joined', 'members', joined),
      { key: 'activity', name: 'Activity', unit: 'events', interval: 'day', points: days },
    ],
  }
}
