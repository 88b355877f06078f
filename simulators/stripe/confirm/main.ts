/**
 * `npm run billing:confirm`: with STRIPE_SECRET_KEY of a sandbox, lives each course of events there and on the local
 * Stripe, and prints where they differ; `engine/quirks.ts` lists what is open. Without a key it compares the local one
 * with itself, which shows that the comparison runs. Everything it makes at Stripe is on test clocks and deleted at the
 * end, but for products and prices.
 */
import Stripe from 'stripe'
import { startLocalStripe } from '../index.ts'
import { differences } from './differences.ts'
import { record } from './record.ts'
import { scenarios } from './scenarios.ts'

const key = process.env.STRIPE_SECRET_KEY
if (key && !/^[sr]k_test_/.test(key)) {
  console.error('STRIPE_SECRET_KEY must be a key of a sandbox, which begins with sk_test_ or rk_test_.')
  process.exit(2)
}

const local = await startLocalStripe()
const here = new Stripe('sk_test_simulated', {
  host: '127.0.0.1',
  port: local.port,
  protocol: 'http',
  telemetry: false,
})
const there = key ? new Stripe(key, { telemetry: false }) : here
console.log(
  key
    ? 'Comparing the sandbox with the local Stripe.\n'
    : 'No STRIPE_SECRET_KEY: comparing the local Stripe with itself.\n',
)

let found = 0
for (const scenario of scenarios) {
  const [real, simulated] = [await record(there, scenario), await record(here, scenario)]
  const findings = differences(real, simulated)
  found += findings.length
  console.log(`${findings.length === 0 ? '✓' : '✗'} ${scenario.name}: ${real.types.length} events`)
  for (const finding of findings) console.log(`    ${finding}`)
}
await local.close()
console.log(`\n${scenarios.length} courses of events, ${found} differences.`)
process.exitCode = found === 0 ? 0 : 1
