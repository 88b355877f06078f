/**
 * The only reader of the environment. Everything is read once, checked together and frozen; every fault is reported at
 * once, with how to mend it, and never with the value of a secret.
 */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { checkProduction } from './config-production.ts'
import { type Fault, parsed, readVariables } from './config-values.ts'
import type { EnvironmentName } from './environment.ts'
import { privateKeys, type VersionedSecret, versionedSecrets } from './versioned-secrets.ts'

export type { VersionedSecret } from './versioned-secrets.ts'

export type Config = Readonly<{
  env: EnvironmentName
  host: string
  port: number
  /** Public origin without a slash at the end. */
  appUrl: string
  dataDir: string
  databaseUrl: string | undefined
  databasePoolMax: number
  redisUrl: string | undefined
  /** The current root secret: what new keys are derived from. */
  secret: string
  /** All root secrets, the current one first; the others only verify. */
  secrets: readonly VersionedSecret[]
  jwtAlgorithm: 'HS256' | 'EdDSA' | 'RS256'
  /** PKCS#8 PEM of the current signing key. */
  jwtPrivateKey: string | undefined
  jwtPrivateKeys: readonly VersionedSecret[]
  emailVerification: 'optional' | 'required'
  accessTokenMinutes: number
  refreshTokenDays: number
  refreshAbsoluteDays: number
  refreshGraceSeconds: number
  passwordMinLength: number
  hashConcurrency: number
  loginRatePerMinute: number
  ratePerMinute: number
  trustedProxies: readonly string[]
  corsOrigins: readonly string[]
  seed: 'demo' | 'none'
  worker: 'inline' | 'off'
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  docs: boolean
  metricsToken: string | undefined
  smtpUrl: string | undefined
  mailFrom: string
  stripeSecretKey: string | undefined
  stripeWebhookSecrets: readonly string[]
  /** Another Stripe than the real one. */
  stripeApiBase: string | undefined
  /** Ids of prices by what they are the price of: `starter_month`. */
  stripePrices: Readonly<Record<string, string>>
  sentryDsn: string | undefined
  shutdownDelaySeconds: number
  maxEventLoopDelayMs: number
}>

export interface LoadOptions {
  /** Gives development without PLINTH_SECRET a secret that outlives the process and that its replicas share. */
  developmentSecret?: (dataDir: string, databaseUrl: string | undefined) => string
}

export class ConfigError extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    const lines = faults.map(({ variable, problem, remedy }) => `  ${variable} ${problem} ${remedy}`)
    super(`The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

export function loadConfig(
  env: Record<string, string | undefined> = processEnvironment(),
  { developmentSecret = () => randomBytes(32).toString('base64url') }: LoadOptions = {},
): Config {
  const faults: Fault[] = []
  const values = readVariables(env, faults)
  const secrets = readSecrets(values, faults, developmentSecret)
  const jwtPrivateKeys = readSigningKeys(values, faults)
  const config = assemble(values, secrets, jwtPrivateKeys)
  if (config.env === 'production') checkProduction(values, config, faults)
  if (faults.length > 0) throw new ConfigError(faults)
  return freeze(config)
}

/** The environment of the process, and below it what a file .env in the working folder says. */
export function processEnvironment(): Record<string, string | undefined> {
  try {
    process.loadEnvFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return process.env
}

type Values = ReturnType<typeof readVariables>

function assemble(values: Values, secrets: VersionedSecret[], jwtPrivateKeys: VersionedSecret[]): Config {
  const cores = availableParallelism()
  const appUrl = values.PLINTH_APP_URL ?? `http://localhost:${values.PORT}`
  return {
    env: values.NODE_ENV,
    host: values.HOST,
    port: values.PORT,
    appUrl,
    dataDir: values.PLINTH_DATA_DIR,
    databaseUrl: values.DATABASE_URL,
    databasePoolMax: values.PLINTH_DATABASE_POOL_MAX ?? cores * 4,
    redisUrl: values.REDIS_URL,
    secret: secrets[0]?.value ?? '',
    secrets,
    jwtAlgorithm: values.PLINTH_JWT_ALGORITHM,
    jwtPrivateKey: jwtPrivateKeys[0]?.value,
    jwtPrivateKeys,
    emailVerification: values.PLINTH_EMAIL_VERIFICATION,
    accessTokenMinutes: values.PLINTH_ACCESS_TOKEN_MINUTES,
    refreshTokenDays: values.PLINTH_REFRESH_TOKEN_DAYS,
    refreshAbsoluteDays: values.PLINTH_REFRESH_ABSOLUTE_DAYS,
    refreshGraceSeconds: values.PLINTH_REFRESH_GRACE_SECONDS,
    passwordMinLength: values.PLINTH_PASSWORD_MIN_LENGTH,
    // One core stays free for everything that is not a password.
    hashConcurrency: values.PLINTH_HASH_CONCURRENCY ?? Math.max(1, cores - 1),
    loginRatePerMinute: values.PLINTH_LOGIN_RATE_PER_MINUTE,
    ratePerMinute: values.PLINTH_RATE_PER_MINUTE,
    trustedProxies: values.PLINTH_TRUSTED_PROXIES ?? [],
    corsOrigins: values.PLINTH_CORS_ORIGINS ?? [],
    seed: values.PLINTH_SEED,
    worker: values.PLINTH_WORKER,
    logLevel: values.LOG_LEVEL,
    docs: values.PLINTH_DOCS,
    metricsToken: values.PLINTH_METRICS_TOKEN,
    smtpUrl: values.SMTP_URL,
    mailFrom: values.PLINTH_MAIL_FROM ?? `Plinth <no-reply@${URL.parse(appUrl)?.hostname ?? 'localhost'}>`,
    stripeSecretKey: values.STRIPE_SECRET_KEY,
    stripeWebhookSecrets: values.STRIPE_WEBHOOK_SECRET?.split(',').map((secret) => secret.trim()) ?? [],
    stripeApiBase: values.STRIPE_API_BASE,
    stripePrices: readPrices(values),
    sentryDsn: values.SENTRY_DSN,
    shutdownDelaySeconds: values.PLINTH_SHUTDOWN_DELAY_SECONDS,
    maxEventLoopDelayMs: values.PLINTH_MAX_EVENT_LOOP_DELAY_MS,
  }
}

function readSecrets(
  values: Values,
  faults: Fault[],
  developmentSecret: NonNullable<LoadOptions['developmentSecret']>,
) {
  const text = values.PLINTH_SECRET
  if (text !== undefined) return parsed('PLINTH_SECRET', faults, () => versionedSecrets(text)) ?? []
  // Production reports the missing secret together with its other rules.
  if (values.NODE_ENV === 'production') return []
  return [{ version: 'v1', value: developmentSecret(values.PLINTH_DATA_DIR, values.DATABASE_URL) }]
}

function readSigningKeys(values: Values, faults: Fault[]) {
  const algorithm = values.PLINTH_JWT_ALGORITHM
  if (algorithm === 'HS256') return []
  return parsed('PLINTH_JWT_PRIVATE_KEY', faults, () => privateKeys(values.PLINTH_JWT_PRIVATE_KEY, algorithm)) ?? []
}

function readPrices(values: Values): Record<string, string> {
  const prices: Record<string, string> = {}
  for (const [variable, value] of Object.entries(values)) {
    const match = /^STRIPE_PRICE_([A-Z]+?)(_YEAR)?$/.exec(variable)
    if (match?.[1] && typeof value === 'string')
      prices[`${match[1].toLowerCase()}_${match[2] ? 'year' : 'month'}`] = value
  }
  return prices
}

function freeze(config: Config): Config {
  for (const value of Object.values(config)) Object.freeze(value)
  return Object.freeze(config)
}
