/** Money, dates and intervals as a page says them. */
const LOCALE = 'en-US'

/** Minor units to text; how many decimals there are comes from the currency. */
export function moneyText(amount: number, currency: string, locale = LOCALE): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: currency.toUpperCase() })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(amount / 10 ** digits)
}

/** A price below one minor unit, such as that of a metered call, keeps its decimals. */
export function unitText(decimal: string, currency: string, locale = LOCALE): string {
  const options = { style: 'currency', currency: currency.toUpperCase() } as const
  const digits = new Intl.NumberFormat(locale, options).resolvedOptions().maximumFractionDigits ?? 2
  const value = Number(decimal) / 10 ** digits
  return new Intl.NumberFormat(locale, { ...options, maximumFractionDigits: Math.max(digits, 10) }).format(value)
}

const dateIn = (dateStyle: 'long' | 'medium') => {
  const format = new Intl.DateTimeFormat(LOCALE, { dateStyle, timeZone: 'UTC' })
  return (seconds: number): string => format.format(new Date(seconds * 1000))
}

export const dateText = dateIn('long')
export const shortDate = dateIn('medium')

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

export interface Recurrence {
  interval: string
  interval_count: number
}

/** "per month", "every 3 months". */
export const everyText = ({ interval, interval_count }: Recurrence): string =>
  interval_count === 1 ? `per ${interval}` : `every ${interval_count} ${interval}s`

/** What stands beside a link that leads back: the host of the address. */
export const hostOf = (url: string): string => new URL(url).host
