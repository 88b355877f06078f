import assert from 'node:assert/strict'
import { test } from 'node:test'
import { people } from './story.ts'

const DAY_MS = 86_400_000

/** As billing does it: the same day of the month, or the last one of a shorter month. */
function monthsAfter(begun: Date, months: number): Date {
  const month = new Date(Date.UTC(begun.getUTCFullYear(), begun.getUTCMonth() + months))
  const days = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0)).getUTCDate()
  return new Date(month.getTime() + (Math.min(begun.getUTCDate(), days) - 1) * DAY_MS)
}

test('whichever day the demo is planted, Acme is in the middle of a period that it has paid for', () => {
  const founded = Math.max(...people.filter(({ tenant }) => tenant === 'acme').map(({ joined }) => joined))
  for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2030, 0, 1); day += DAY_MS) {
    const begun = new Date(day - founded * DAY_MS)
    let months = 0
    while (monthsAfter(begun, months + 1).getTime() <= day) months++
    const since = (day - monthsAfter(begun, months).getTime()) / DAY_MS
    const left = (monthsAfter(begun, months + 1).getTime() - day) / DAY_MS
    assert.ok(since >= 7 && left >= 7, `${new Date(day).toISOString()}: paid ${since} days ago, next in ${left} days`)
  }
})
