/** The local Stripes of a run, added up: all they answered and told was held against Stripe's contract, and nothing broke it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import type { Tally } from '../simulators/stripe/core/tally.ts'

export interface TallyOfRun {
  /** For LOCAL_STRIPE_TALLY. */
  path: string
  isFaultless(): boolean
  /** Says the sums among the last lines, which have to stay those of the test runner. */
  beforeTheSummary(events: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent>
  remove(): void
}

export function startTally(): TallyOfRun {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-tally-'))
  const path = join(folder, 'local-stripes')

  function read(): Tally[] {
    if (!existsSync(path)) return []
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    return lines.map((line) => JSON.parse(line) as Tally)
  }

  return {
    path,
    isFaultless: () => read().every(({ faults }) => faults.length === 0),
    async *beforeTheSummary(events) {
      for await (const event of events) {
        if (isFirstOfSummary(event))
          yield* words(read()).map((message) => ({ ...event, data: { ...event.data, message } }))
        yield event
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

type Diagnostic = Extract<TestEvent, { type: 'test:diagnostic' }>

function isFirstOfSummary(event: TestEvent): event is Diagnostic {
  return event.type === 'test:diagnostic' && event.data.nesting === 0 && /^tests \d+$/.test(event.data.message)
}

function words(tallies: Tally[]): string[] {
  if (tallies.length === 0) return []
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0)
  const faults = tallies.flatMap((tally) => tally.faults)
  const held = `${sum((of) => of.requests)} requests, ${sum((of) => of.answers)} answers and ${sum((of) => of.events)} events`
  return [
    `${tallies.length} local Stripes held ${held} against the contract: ${faults.length} faults`,
    ...faults.slice(0, 10).map((fault) => `broke the contract: ${fault}`),
  ]
}
