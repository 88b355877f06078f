/**
 * What production refuses to start with. Each rule stands for an outage or a break-in that a default would have caused.
 */
import { type Fault, type readVariables, remedyOf } from './config-values.ts'
import { type VersionedSecret, weakness } from './versioned-secrets.ts'

/** The part of the configuration that production has rules about. */
interface Exposed {
  appUrl: string
  secrets: readonly VersionedSecret[]
  metricsToken: string | undefined
  trustedProxies: readonly string[]
  corsOrigins: readonly string[]
  stripeSecretKey: string | undefined
  stripeWebhookSecrets: readonly string[]
}

export function checkProduction(values: ReturnType<typeof readVariables>, config: Exposed, faults: Fault[]): void {
  const refuse = (variable: string, problem: string, remedy = remedyOf(variable)) => {
    // A value that could not be read has been reported; its absence is not a second fault.
    if (!faults.some((fault) => fault.variable === variable)) faults.push({ variable, problem, remedy })
  }

  for (const variable of ['PLINTH_SECRET', 'PLINTH_APP_URL', 'DATABASE_URL'] as const) {
    if (values[variable] === undefined) refuse(variable, 'is missing, and production needs it.')
  }
  for (const { version, value } of config.secrets) {
    const reason = weakness(value)
    if (reason) refuse('PLINTH_SECRET', `(${version}) ${reason}`)
  }
  if (config.metricsToken !== undefined && config.metricsToken.length < 24) {
    refuse('PLINTH_METRICS_TOKEN', 'is shorter than 24 characters.')
  }
  if (!config.appUrl.startsWith('https:')) {
    refuse('PLINTH_APP_URL', 'does not use https.', 'Give the public https:// origin; the proxy in front may end TLS.')
  }
  if (config.corsOrigins.some((origin) => !origin.startsWith('https:'))) {
    refuse('PLINTH_CORS_ORIGINS', 'names an origin without https: whoever sits in between could speak for its pages.')
  }
  if (values.PLINTH_SEED === 'demo') {
    refuse('PLINTH_SEED', 'asks for demo accounts, whose password is public.', 'Set it to none, or leave it out.')
  }
  if (config.trustedProxies.some(isLarge)) {
    refuse('PLINTH_TRUSTED_PROXIES', 'trusts a large part of all addresses, so any client could forge its own.')
  }
  for (const variable of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const) {
    if (/simulat|plinth/i.test(values[variable] ?? '')) {
      refuse(variable, 'belongs to the local Stripe, which takes no real money.')
    }
  }
  if (values.STRIPE_API_BASE !== undefined) {
    refuse(
      'STRIPE_API_BASE',
      'names another Stripe than the real one.',
      'Leave it out: production speaks to Stripe itself.',
    )
  }
  refuseSharedSecrets(config, refuse)
}

/** No proxy lives in a network of that size, and two halves of the address space are all of it. */
function isLarge(network: string): boolean {
  const [address = '', prefix] = network.split('/')
  if (prefix === undefined) return false
  // All IPv4 addresses, as a server that listens on `::` sees them, are ::ffff:0:0/96.
  const holdsMapped = /^(?:::|0+:)/.test(address)
  return Number(prefix) < (holdsMapped ? 96 + 8 : 8)
}

/** Two uses of one secret mean that the weaker of them gives away the other. */
function refuseSharedSecrets(config: Exposed, refuse: (variable: string, problem: string) => void): void {
  const seen = new Map<string, string>(config.secrets.map(({ value }) => [value, 'PLINTH_SECRET']))
  const others: [string, string | undefined][] = [
    ['PLINTH_METRICS_TOKEN', config.metricsToken],
    ['STRIPE_SECRET_KEY', config.stripeSecretKey],
    ...config.stripeWebhookSecrets.map((secret): [string, string] => ['STRIPE_WEBHOOK_SECRET', secret]),
  ]
  for (const [variable, value] of others) {
    if (value === undefined) continue
    const other = seen.get(value)
    if (other !== undefined && other !== variable) refuse(variable, `has the same value as ${other}.`)
    seen.set(value, variable)
  }
}
