/** Amounts come in the smallest unit of their currency, which is a cent only where there are cents. */

const formatters = new Map<string, Intl.NumberFormat>()

function formatter(currency: string, short: boolean): Intl.NumberFormat {
  const key = `${currency} ${short}`
  const known = formatters.get(key)
  if (known) return known
  const made = new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    ...(short && { trailingZeroDisplay: 'stripIfInteger' }),
  })
  formatters.set(key, made)
  return made
}

function inUnits(amount: number, format: Intl.NumberFormat): number {
  return amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2)
}

/** "$58.00" */
export function money(amount: number, currency: string): string {
  const format = formatter(currency, false)
  return format.format(inUnits(amount, format))
}

/** "$29", and "$24.17" where there is something behind the point: for prices in large type. */
export function shortMoney(amount: number, currency: string): string {
  const format = formatter(currency, true)
  return format.format(inUnits(amount, format))
}
