export interface PlotSeries {
  key: string
  name: string
  points: readonly { date: string; value: number }[]
}

export interface PlotRow {
  date: string
  [key: string]: number | string
}

const shortNumber = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
// Points are days, not moments: read as UTC they stay on their day everywhere.
const shortMonth = new Intl.DateTimeFormat(undefined, { month: 'short', timeZone: 'UTC' })
const longMonth = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric', timeZone: 'UTC' })
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' })
const long = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' })

export const compact = (value: number): string => shortNumber.format(value)
export type Step = 'day' | 'month'

export const axisWords = (date: string, step: Step): string =>
  (step === 'month' ? shortMonth : short).format(new Date(date))

export const fullWords = (date: string, step: Step): string =>
  (step === 'month' ? longMonth : long).format(new Date(date))

/** One row for each day, with the value of every series. */
export function rowsOf(series: readonly PlotSeries[]): PlotRow[] {
  const rows = new Map<string, PlotRow>()
  for (const { key, points } of series) {
    for (const { date, value } of points) {
      const row = rows.get(date) ?? { date }
      row[key] = value
      rows.set(date, row)
    }
  }
  return [...rows.values()].sort((a, b) => (a.date < b.date ? -1 : 1))
}

/** The largest value there is; 0 when nothing happened. */
export function largestOf(rows: readonly PlotRow[], series: readonly PlotSeries[]): number {
  return Math.max(0, ...rows.flatMap((row) => series.map(({ key }) => Number(row[key] ?? 0))))
}

/** From 0 to the first round number that is not below, in three to five whole steps. */
export function ticksUpTo(largest: number): number[] {
  const rough = Math.max(1, largest / 4)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough && Number.isInteger(each))
  const wide = step ?? Math.ceil(rough)
  return Array.from({ length: Math.max(1, Math.ceil(largest / wide)) + 1 }, (_, at) => at * wide)
}
