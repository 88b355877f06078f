/**
 * Every variable Plinth reads, once: its type, bounds, default and the sentence that explains it. `config.ts` reads the
 * environment with it, and `.env.example` is checked against it.
 */
import { type Static, type TObject, Type } from './schema.ts'

export const ENVIRONMENTS = ['development', 'test', 'production'] as const
export type EnvironmentName = (typeof ENVIRONMENTS)[number]

export type Form =
  | 'origin'
  | 'network'
  | 'postgres-url'
  | 'redis-url'
  | 'smtp-url'
  | 'http-url'
  | 'mailbox'
  | 'stripe-key'
  | 'stripe-webhook-secret'
  | 'stripe-price'

/** What a variable's schema carries beside JSON Schema's own words. */
export type VariableNotes<Value = unknown> = {
  description: string
  default?: Value
  /** A default that depends on the environment; wins over `default`. */
  defaults?: Record<EnvironmentName, Value>
  /** Shape of a text beyond its type; `config.ts` knows how to read each. */
  form?: Form
  /** Its value never appears in a message. */
  secret?: boolean
  /** Shown commented out in `.env.example` when there is no default to show. */
  example?: string
  /** What to write, for formats that bounds do not explain. */
  remedy?: string
}

const text = (notes: VariableNotes<string>) => Type.Optional(Type.String(notes))
const list = (notes: VariableNotes<never>) => Type.Optional(Type.Array(Type.String(), notes))
const flag = (notes: VariableNotes<boolean>) => Type.Optional(Type.Boolean(notes))
const whole = (minimum: number, maximum: number, notes: VariableNotes<number>) =>
  Type.Optional(Type.Integer({ minimum, maximum, ...notes }))
const choice = <Values extends string[]>(values: readonly [...Values], notes: VariableNotes<Values[number]>) =>
  Type.Optional(Type.Enum<Values>(values, notes))

const ORIGIN = 'Give scheme, host and port only, for example https://app.example.com.'

const serving = Type.Object({
  NODE_ENV: choice(['development', 'test', 'production'], {
    default: 'development',
    description: 'What the process is for; production refuses unsafe settings and hides development pages.',
  }),
  PORT: whole(0, 65535, { default: 3000, description: 'Port to listen on; 0 picks a free one and prints it.' }),
  HOST: text({
    defaults: { development: '127.0.0.1', test: '127.0.0.1', production: '0.0.0.0' },
    description: 'Address to listen on.',
  }),
  PLINTH_APP_URL: text({
    form: 'origin',
    example: 'https://app.example.com',
    remedy: ORIGIN,
    description:
      'Public origin of the app: links in mails, cookies and redirects are built from it, never from a header.',
  }),
  PLINTH_TRUSTED_PROXIES: list({
    form: 'network',
    example: '10.0.0.0/8,loopback',
    remedy: 'Give addresses or CIDR ranges separated by commas, for example 10.0.0.0/8.',
    description: 'Proxies whose X-Forwarded-For and X-Request-Id are believed; empty believes nobody.',
  }),
  PLINTH_CORS_ORIGINS: list({
    form: 'origin',
    example: 'https://partner.example.com',
    remedy: `${ORIGIN} Several are separated by commas; a wildcard is never accepted.`,
    description: 'Other origins whose pages may call the API with credentials.',
  }),
  PLINTH_DOCS: flag({
    defaults: { development: true, test: true, production: false },
    description: 'Whether /docs, /redoc and /openapi.json are served.',
  }),
  PLINTH_SHUTDOWN_DELAY_SECONDS: whole(0, 20, {
    defaults: { development: 0, test: 0, production: 3 },
    description: 'How long to answer after SIGTERM while load balancers see /readyz fail.',
  }),
  PLINTH_MAX_EVENT_LOOP_DELAY_MS: whole(0, 60_000, {
    default: 1000,
    description: 'Mean delay of the event loop above which requests are answered 503; 0 never sheds.',
  }),
})

const storage = Type.Object({
  PLINTH_DATA_DIR: text({
    default: '.data',
    description: 'Folder of everything kept on disk: embedded database, files, development mails and secret.',
  }),
  DATABASE_URL: text({
    form: 'postgres-url',
    secret: true,
    example: 'postgresql://plinth:password@localhost:5432/plinth?sslmode=require',
    remedy: 'Give a URL that starts with postgres:// or postgresql://, or leave it out in development.',
    description: 'PostgreSQL 15 to 18; development without it starts an embedded one in the data folder.',
  }),
  PLINTH_DATABASE_POOL_MAX: whole(1, 500, {
    description: 'Most database connections of one process; four for each core unless set.',
  }),
  REDIS_URL: text({
    form: 'redis-url',
    secret: true,
    example: 'redis://localhost:6379',
    remedy: 'Give a URL that starts with redis:// or rediss://, or leave it out.',
    description:
      'Redis that keeps rate limits for all replicas; without it they live in the process and in PostgreSQL.',
  }),
})

const secrets = Type.Object({
  PLINTH_SECRET: text({
    secret: true,
    remedy: 'Make one with: openssl rand -base64 48. To rotate, write v2:<new>,v1:<old>.',
    description:
      'Root of every derived key, at least 32 bytes; a list v2:new,v1:old signs with the first and accepts all.',
  }),
  PLINTH_JWT_ALGORITHM: choice(['HS256', 'EdDSA', 'RS256'], {
    default: 'HS256',
    description: 'How access tokens are signed; EdDSA and RS256 publish their keys at /.well-known/jwks.json.',
  }),
  PLINTH_JWT_PRIVATE_KEY: text({
    secret: true,
    remedy: 'Give a PKCS#8 PEM (or its base64), made with: openssl genpkey -algorithm ed25519.',
    description: 'Private key of EdDSA or RS256 as PEM or base64 of it; a list v2:new,v1:old rotates with overlap.',
  }),
  PLINTH_METRICS_TOKEN: text({
    secret: true,
    remedy: 'Make one with: openssl rand -hex 24.',
    description: 'Bearer token that opens /metrics; without it there are no metrics.',
  }),
})

const accounts = Type.Object({
  PLINTH_EMAIL_VERIFICATION: choice(['optional', 'required'], {
    defaults: { development: 'optional', test: 'optional', production: 'required' },
    description: 'Whether a mailbox must be proven before an account and its tenant come into being.',
  }),
  PLINTH_ACCESS_TOKEN_MINUTES: whole(1, 1440, { default: 30, description: 'How long an access token is valid.' }),
  PLINTH_REFRESH_TOKEN_DAYS: whole(1, 365, {
    default: 7,
    description: 'How long a session lives without being used.',
  }),
  PLINTH_REFRESH_ABSOLUTE_DAYS: whole(1, 3650, {
    default: 90,
    description: 'How long a session lives at most, however much it is used.',
  }),
  PLINTH_REFRESH_GRACE_SECONDS: whole(0, 300, {
    default: 10,
    description:
      'How long a replaced refresh token still answers with its successor, for lost answers and parallel tabs.',
  }),
  PLINTH_PASSWORD_MIN_LENGTH: whole(8, 128, { default: 12, description: 'Fewest characters of a new password.' }),
  PLINTH_HASH_CONCURRENCY: whole(1, 64, {
    description: 'Password hashes computed at the same time; cores minus one unless set.',
  }),
})

const limits = Type.Object({
  PLINTH_LOGIN_RATE_PER_MINUTE: whole(1, 100_000, {
    default: 10,
    description:
      'Sign-in attempts each minute from an address; as many each 15 minutes to an account, and sign-ups each hour.',
  }),
  PLINTH_RATE_PER_MINUTE: whole(1, 10_000_000, {
    defaults: { development: 6000, test: 6000, production: 600 },
    description: 'Requests each minute for a user, or for an address without one.',
  }),
})

const mail = Type.Object({
  SMTP_URL: text({
    form: 'smtp-url',
    secret: true,
    example: 'smtps://user:password@mail.example.com:465',
    remedy: 'Give a URL that starts with smtp:// or smtps://.',
    description: 'Server that sends mail; development without it keeps mails at /dev/mailbox.',
  }),
  PLINTH_MAIL_FROM: text({
    form: 'mailbox',
    example: 'Plinth <no-reply@example.com>',
    remedy: 'Give an address, or a name and an address: Acme <no-reply@example.com>.',
    description: 'Sender of every mail; no-reply at the host of the app URL unless set.',
  }),
})

const work = Type.Object({
  PLINTH_WORKER: choice(['inline', 'off'], {
    defaults: { development: 'inline', test: 'off', production: 'off' },
    description: 'Whether the server also runs jobs; off leaves them to npm run worker.',
  }),
  PLINTH_SEED: choice(['demo', 'none'], {
    defaults: { development: 'demo', test: 'none', production: 'none' },
    description: 'Whether an empty database is filled with the demo accounts.',
  }),
})

const billing = Type.Object({
  STRIPE_SECRET_KEY: text({
    form: 'stripe-key',
    secret: true,
    remedy: 'Give a key that starts with sk_ or rk_, from the Stripe dashboard.',
    description: 'Key of the Stripe account that takes payments; development without it uses the local Stripe.',
  }),
  STRIPE_WEBHOOK_SECRET: text({
    form: 'stripe-webhook-secret',
    secret: true,
    remedy: 'Give the signing secret that starts with whsec_; several are separated by commas.',
    description: 'Signing secret of the Stripe webhook endpoint.',
  }),
  STRIPE_API_BASE: text({
    form: 'origin',
    example: 'http://127.0.0.1:12111',
    remedy: 'Give scheme, host and port only, or leave it out.',
    description: 'Another address for the Stripe API, for tests; production always speaks to Stripe.',
  }),
  STRIPE_PRICE_STARTER: text({
    form: 'stripe-price',
    remedy: 'Give the id of a recurring price, which starts with price_.',
    description: 'Monthly price of the plan starter; found by its lookup key unless set.',
  }),
  STRIPE_PRICE_STARTER_YEAR: text({
    form: 'stripe-price',
    remedy: 'Give the id of a recurring price, which starts with price_.',
    description: 'Yearly price of the plan starter; found by its lookup key unless set.',
  }),
  STRIPE_PRICE_PRO: text({
    form: 'stripe-price',
    remedy: 'Give the id of a recurring price, which starts with price_.',
    description: 'Monthly price of the plan pro; found by its lookup key unless set.',
  }),
  STRIPE_PRICE_PRO_YEAR: text({
    form: 'stripe-price',
    remedy: 'Give the id of a recurring price, which starts with price_.',
    description: 'Yearly price of the plan pro; found by its lookup key unless set.',
  }),
  STRIPE_PRICE_ENTERPRISE: text({
    form: 'stripe-price',
    remedy: 'Give the id of a recurring price, which starts with price_.',
    description: 'Monthly price of the plan enterprise; found by its lookup key unless set.',
  }),
  STRIPE_PRICE_ENTERPRISE_YEAR: text({
    form: 'stripe-price',
    remedy: 'Give the id of a recurring price, which starts with price_.',
    description: 'Yearly price of the plan enterprise; found by its lookup key unless set.',
  }),
})

const outside = Type.Object({
  SENTRY_DSN: text({
    form: 'http-url',
    secret: true,
    remedy: 'Give the DSN of the Sentry project, or leave it out.',
    description: 'Where errors are reported; nothing is sent without it.',
  }),
  LOG_LEVEL: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    defaults: { development: 'info', test: 'warn', production: 'info' },
    description: 'Least severe log lines that are written.',
  }),
})

export const VARIABLE_GROUPS: Readonly<Record<string, TObject>> = {
  Serving: serving,
  Storage: storage,
  'Secrets and tokens': secrets,
  Accounts: accounts,
  Limits: limits,
  Mail: mail,
  'Work and demo': work,
  Billing: billing,
  'Outside services and logs': outside,
}

export const Environment = Type.Object({
  ...serving.properties,
  ...storage.properties,
  ...secrets.properties,
  ...accounts.properties,
  ...limits.properties,
  ...mail.properties,
  ...work.properties,
  ...billing.properties,
  ...outside.properties,
})
export type Environment = Static<typeof Environment>

/** Names the checks and the test runner set for themselves; never settings of the product. */
export const TEST_PREFIX = 'PLINTH_TEST_'
