/**
 * The local Stripe as a process that several processes share: it writes its address for others to find, and ends when
 * none of them lives any more. Arguments: the folder of the meeting place and the folder of the state. The
 * options that `join.ts` was given are in LOCAL_STRIPE_OPTIONS, as JSON.
 */
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { startLocalStripe } from './index.ts'
import { addressOf } from './join.ts'
import { isAlive } from './processes.ts'

const [meeting = '', state = ''] = process.argv.slice(2)
const options = process.env.LOCAL_STRIPE_OPTIONS ?? '{}'
const clients = join(meeting, 'clients')
const LOOK_EVERY_MS = 500
/** A reload ends the last client a moment before the next one begins. */
const LONELY_MS = 5_000

mkdirSync(state, { recursive: true })
const portFile = join(state, 'port')
const stripe = await startLocalStripe({
  port: await lastPort(),
  ...JSON.parse(options),
  dataFile: join(state, 'state.json'),
})
// The lock of a starter runs out when the machine is slow, and two are started: the first that answers stays. Not closed,
// because closing would write the state over that of the other.
if (await addressOf(meeting)) process.exit(0)
writeFileSync(portFile, new URL(stripe.url).port)
const address = join(meeting, 'address.json')
// In one step, so that nobody reads half of it.
writeFileSync(`${address}.new`, JSON.stringify({ pid: process.pid, url: stripe.url }))
renameSync(`${address}.new`, address)

let lonelySince: number | undefined
const looking = setInterval(() => {
  if (readdirSync(clients).some((name) => isAlive(Number.parseInt(name, 10)))) lonelySince = undefined
  else lonelySince ??= Date.now()
  if (lonelySince !== undefined && Date.now() - lonelySince > LONELY_MS) void stop()
}, LOOK_EVERY_MS)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())

/** Invoices and pages that were linked to before are looked for at the port of then; 0 when it is not to be had. */
async function lastPort(): Promise<number> {
  const probe = createServer()
  try {
    probe.listen(Number(readFileSync(portFile, 'utf8')), '127.0.0.1')
    await once(probe, 'listening')
    return (probe.address() as { port: number }).port
  } catch {
    return 0
  } finally {
    probe.close()
  }
}

async function stop(): Promise<void> {
  clearInterval(looking)
  rmSync(address, { force: true })
  await stripe.close()
  process.exit(0)
}
