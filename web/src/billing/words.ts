/** What limits, features and states are called. A key that is not listed is shown as it is, in words. */
import type { Tone } from '../ui/badge.tsx'
import type { Interval, PlanOffer } from './contract.ts'

const numbers = new Intl.NumberFormat()
const bytes = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'gigabyte', maximumFractionDigits: 1 })
const large = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'terabyte', maximumFractionDigits: 1 })
const small = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 })

interface LimitWords {
  label: string
  one: string
  many: string
  monthly?: true
}

const limits: Record<string, LimitWords> = {
  seats: { label: 'Seats', one: 'seat', many: 'seats' },
  projects: { label: 'Projects', one: 'project', many: 'projects' },
  storage_bytes: { label: 'Storage', one: 'of storage', many: 'of storage' },
  ai_credits: { label: 'AI credits', one: 'AI credit', many: 'AI credits', monthly: true },
  api_calls: { label: 'API calls', one: 'API call', many: 'API calls', monthly: true },
}

const featureLabels: Record<string, string> = {
  analytics: 'Analytics',
}

export function inWords(key: string): string {
  const words = key.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** "projects", as in "no room for more projects". */
export function limitNoun(key: string): string {
  return limits[key]?.many.replace(/^of /, '') ?? inWords(key).toLowerCase()
}

export const limitLabel = (key: string): string => limits[key]?.label ?? inWords(key)

export const isMonthly = (key: string): boolean => limits[key]?.monthly === true

export const featureLabel = (key: string): string => featureLabels[key] ?? inWords(key)

/** "20 GB" or "2,500". */
export function quantity(key: string, value: number): string {
  if (!key.endsWith('_bytes') && key !== 'bytes') return numbers.format(value)
  if (value >= 1024 ** 4) return large.format(value / 1024 ** 4)
  return value >= 1024 ** 3 || value === 0 ? bytes.format(value / 1024 ** 3) : small.format(value / 1024 ** 2)
}

/** "2,500 projects", "20 GB of storage", "Unlimited seats". */
export function limitLine(key: string, value: number | null): string {
  const words = limits[key]
  if (value === null) return `Unlimited ${limitNoun(key)}`
  const noun = (value === 1 ? words?.one : words?.many) ?? limitNoun(key)
  return `${quantity(key, value)} ${noun}${words?.monthly ? ' a month' : ''}`
}

export const seatCount = (count: number): string => limitLine('seats', count)

interface StatusWords {
  label: string
  tone: Tone
}

const statuses: Record<string, StatusWords> = {
  trialing: { label: 'Trial', tone: 'info' },
  active: { label: 'Active', tone: 'success' },
  past_due: { label: 'Payment failed', tone: 'warning' },
  unpaid: { label: 'Not paid', tone: 'danger' },
  paused: { label: 'Paused', tone: 'warning' },
  incomplete: { label: 'Payment not finished', tone: 'warning' },
  incomplete_expired: { label: 'Ended', tone: 'neutral' },
  canceled: { label: 'Ended', tone: 'neutral' },
}

export const statusWords = (status: string): StatusWords | undefined => statuses[status]

export const each = (interval: string): string => `each ${interval}`

export const priceOf = (plan: PlanOffer, interval: Interval) => plan.prices.find((price) => price.interval === interval)

/** What a year costs less than twelve months, for each seat; undefined where it costs no less. */
export function yearlySaving(plan: PlanOffer): { amount: number; percent: number; currency: string } | undefined {
  const [month, year] = [priceOf(plan, 'month'), priceOf(plan, 'year')]
  if (!month || !year || month.currency !== year.currency) return undefined
  const amount = month.amount * 12 - year.amount
  if (amount <= 0) return undefined
  return { amount, percent: Math.floor((amount / (month.amount * 12)) * 100), currency: year.currency }
}

/** The least that every paid plan saves, so that the words are true for each of them. */
export function leastSaving(plans: readonly PlanOffer[]): number | undefined {
  const savings = plans.filter(({ prices }) => prices.length > 0).map((plan) => yearlySaving(plan)?.percent ?? 0)
  const least = Math.min(...savings)
  return Number.isFinite(least) && least > 0 ? least : undefined
}
