import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import { keepTally, type Tally } from '../simulators/stripe/core/tally.ts'
import { startTally } from './test-tally.ts'

const counted: Tally = { requests: 2, answers: 3, events: 5, faults: [] }

async function* summary(): AsyncGenerator<TestEvent> {
  for (const message of ['tests 1', 'pass 1']) {
    yield { type: 'test:diagnostic', data: { nesting: 0, message, level: 'info' } } as TestEvent
  }
}

/** What a run prints at its end when its local Stripes left these. */
async function endOf(tallies: Tally[]): Promise<{ printed: string; faultless: boolean }> {
  const tally = startTally()
  const outer = process.env.LOCAL_STRIPE_TALLY
  process.env.LOCAL_STRIPE_TALLY = tally.path
  try {
    for (const each of tallies) keepTally(each)
    const printed: string[] = []
    for await (const event of tally.beforeTheSummary(summary())) {
      if (event.type === 'test:diagnostic') printed.push(event.data.message)
    }
    return { printed: printed.join('\n'), faultless: tally.isFaultless() }
  } finally {
    if (outer === undefined) delete process.env.LOCAL_STRIPE_TALLY
    else process.env.LOCAL_STRIPE_TALLY = outer
    tally.remove()
  }
}

test('a run says how much its local Stripes held against the contract, in front of the summary', async () => {
  assert.deepEqual(await endOf([counted, counted]), {
    printed: '2 local Stripes held 4 requests, 6 answers and 10 events against the contract: 0 faults\ntests 1\npass 1',
    faultless: true,
  })
})

test('a break of the contract fails the run and is named, whether or not a test looked at it', async () => {
  const { printed, faultless } = await endOf([counted, { ...counted, faults: ['balance is not a number'] }])
  assert.equal(faultless, false)
  assert.match(printed, /: 1 faults\nbroke the contract: balance is not a number\n/)
})

test('a run without a local Stripe says nothing of them', async () => {
  assert.deepEqual(await endOf([]), { printed: 'tests 1\npass 1', faultless: true })
})
