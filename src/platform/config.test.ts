import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { ConfigError, loadConfig } from './config.ts'

const strong = () => randomBytes(48).toString('base64')

const production = {
  NODE_ENV: 'production',
  PLINTH_SECRET: strong(),
  PLINTH_APP_URL: 'https://app.example.com',
  DATABASE_URL: 'postgresql://plinth:pw@db.internal/plinth?sslmode=verify-full',
}

/** The names of the variables that are refused. */
function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    loadConfig(env)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.faults.map(({ variable }) => variable)
  }
}

describe('defaults', () => {
  test('nothing set at all means the demo', () => {
    const config = loadConfig({})
    assert.equal(config.env, 'development')
    assert.equal(config.host, '127.0.0.1')
    assert.equal(config.port, 3000)
    assert.equal(config.appUrl, 'http://localhost:3000')
    assert.equal(config.databaseUrl, undefined)
    assert.equal(config.seed, 'demo')
    assert.equal(config.worker, 'inline')
    assert.equal(config.docs, true)
    assert.equal(config.emailVerification, 'optional')
    assert.equal(config.ratePerMinute, 6000)
    assert.ok(config.hashConcurrency >= 1)
  })

  test('production has the careful defaults', () => {
    const config = loadConfig(production)
    assert.equal(config.host, '0.0.0.0')
    assert.equal(config.seed, 'none')
    assert.equal(config.worker, 'off')
    assert.equal(config.docs, false)
    assert.equal(config.emailVerification, 'required')
    assert.equal(config.ratePerMinute, 600)
    assert.equal(config.shutdownDelaySeconds, 3)
    assert.equal(config.mailFrom, 'Plinth <no-reply@app.example.com>')
  })

  test('a variable that is set to nothing counts as not set', () => {
    assert.equal(loadConfig({ PORT: '', REDIS_URL: ' ' }).port, 3000)
  })

  test('the secret of development comes from whoever keeps the data folder', () => {
    const config = loadConfig({ PLINTH_DATA_DIR: '/tmp/here' }, { developmentSecret: (folder) => `kept in ${folder}` })
    assert.equal(config.secret, 'kept in /tmp/here')
    assert.notEqual(loadConfig({}).secret, loadConfig({}).secret)
  })

  test('the configuration cannot be changed after it was read', () => {
    const config = loadConfig({ PLINTH_CORS_ORIGINS: 'https://a.example' })
    assert.throws(() => Object.assign(config, { port: 1 }))
    assert.throws(() => (config.corsOrigins as string[]).push('https://evil.example'))
  })
})

describe('values', () => {
  test('lists are separated by commas, and origins are written the normal way', () => {
    const config = loadConfig({
      PLINTH_CORS_ORIGINS: 'https://A.example/, https://b.example:8443',
      PLINTH_TRUSTED_PROXIES: '10.0.0.0/8,loopback,::1',
    })
    assert.deepEqual(config.corsOrigins, ['https://a.example', 'https://b.example:8443'])
    assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', 'loopback', '::1'])
  })

  test('both schemes of PostgreSQL are understood, with every sslmode', () => {
    assert.deepEqual(faultsOf({ DATABASE_URL: 'postgres://h/db' }), [])
    for (const mode of ['disable', 'require', 'verify-full']) {
      assert.deepEqual(faultsOf({ DATABASE_URL: `postgresql://u:p@h/db?sslmode=${mode}` }), [])
    }
    assert.deepEqual(faultsOf({ DATABASE_URL: 'postgresql://h/db?sslmode=maybe' }), ['DATABASE_URL'])
    assert.deepEqual(faultsOf({ DATABASE_URL: 'mysql://h/db' }), ['DATABASE_URL'])
  })

  const malformed: [string, string][] = [
    ['NODE_ENV', 'staging'],
    ['PORT', '3000x'],
    ['PORT', '65536'],
    ['PORT', '1e3'],
    ['PLINTH_APP_URL', 'app.example.com'],
    ['PLINTH_APP_URL', 'https://app.example.com/path'],
    ['PLINTH_APP_URL', 'https://user:pw@app.example.com'],
    ['PLINTH_CORS_ORIGINS', '*'],
    ['PLINTH_CORS_ORIGINS', 'https://*.example.com/x'],
    ['PLINTH_CORS_ORIGINS', 'https://*.example.com'],
    ['PLINTH_CORS_ORIGINS', 'null'],
    ['PLINTH_TRUSTED_PROXIES', 'everybody'],
    ['PLINTH_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['PLINTH_TRUSTED_PROXIES', '1'],
    ['PLINTH_EMAIL_VERIFICATION', 'yes'],
    ['PLINTH_DOCS', 'maybe'],
    ['PLINTH_ACCESS_TOKEN_MINUTES', '0'],
    ['PLINTH_PASSWORD_MIN_LENGTH', '4'],
    ['PLINTH_SECRET', 'v2:aaa,bbb'],
    ['PLINTH_SECRET', 'v1:aaa,v1:bbb'],
    ['PLINTH_SECRET', 'v2:same,v1:same'],
    ['REDIS_URL', 'http://h'],
    ['SMTP_URL', 'mail.example.com'],
    ['PLINTH_MAIL_FROM', 'nobody'],
    ['STRIPE_SECRET_KEY', 'pk_live_x'],
    ['STRIPE_WEBHOOK_SECRET', 'secret'],
    ['LOG_LEVEL', 'loud'],
  ]
  for (const [name, value] of malformed) {
    test(`${name}=${value} is refused`, () => assert.deepEqual(faultsOf({ [name]: value }), [name]))
  }

  test('a misspelt name of ours is an error that names the right one', () => {
    assert.throws(
      () => loadConfig({ PLINTH_SECRT: 'x' }),
      /PLINTH_SECRT is not a setting of Plinth\. Did you mean PLINTH_SECRET\?/,
    )
    assert.throws(() => loadConfig({ PLINTH_COLOUR: 'x' }), /PLINTH_COLOUR is not a setting/)
    assert.deepEqual(faultsOf({ PLINTH_TEST_SERVER: 'x', SOMETHING_ELSE: 'x' }), [])
  })
})

describe('faults', () => {
  test('all faults are reported at once, each with how to mend it', () => {
    const env = { PORT: 'x', PLINTH_DOCS: 'x', LOG_LEVEL: 'x', PLINTH_SEEED: 'demo' }
    assert.deepEqual(faultsOf(env).toSorted(), ['LOG_LEVEL', 'PLINTH_DOCS', 'PLINTH_SEEED', 'PORT'])
    assert.throws(
      () => loadConfig(env),
      /has 4 faults:\n {2}PORT is not a whole number\. Set it to a whole number from 0 to 65535\.\n/,
    )
  })

  test('no message contains the value of a secret', () => {
    const canary = 'CANARY'
    const env = {
      NODE_ENV: 'production',
      PLINTH_SECRET: canary,
      DATABASE_URL: `mysql://u:${canary}@h/db`,
      REDIS_URL: `http://:${canary}@h`,
      SMTP_URL: `http://u:${canary}@h`,
      PLINTH_METRICS_TOKEN: canary,
      PLINTH_JWT_ALGORITHM: 'EdDSA',
      PLINTH_JWT_PRIVATE_KEY: canary,
      STRIPE_SECRET_KEY: canary,
      STRIPE_WEBHOOK_SECRET: canary,
      SENTRY_DSN: canary,
    }
    assert.throws(
      () => loadConfig(env),
      (error: Error) => !`${error.message} ${JSON.stringify(error)}`.includes(canary) && faultsOf(env).length === 10,
    )
  })
})

describe('production refuses to start', () => {
  test('without secret, app URL and database, naming all three', () => {
    assert.deepEqual(faultsOf({ NODE_ENV: 'production' }), ['PLINTH_SECRET', 'PLINTH_APP_URL', 'DATABASE_URL'])
  })

  const weak = {
    short: 'x7Qp2',
    repeated: 'Zq8'.repeat(20),
    'a word': 'change-me-change-me-please-change-me-now-0123',
    'one letter': 'a'.repeat(64),
    'an example': 'plinth-development-secret-0123456789abcdefXYZ',
    'counted up': '0123456789abcdef'.repeat(4),
  }
  for (const [kind, secret] of Object.entries(weak)) {
    test(`with a weak secret: ${kind}`, () =>
      assert.deepEqual(faultsOf({ ...production, PLINTH_SECRET: secret }), ['PLINTH_SECRET']))
  }

  test('but not with what openssl makes', () => {
    for (let round = 0; round < 200; round++) {
      assert.deepEqual(faultsOf({ ...production, PLINTH_SECRET: strong() }), [])
      assert.deepEqual(faultsOf({ ...production, PLINTH_SECRET: randomBytes(32).toString('hex') }), [])
    }
  })

  test('with an old secret of a list that is weak', () => {
    assert.deepEqual(faultsOf({ ...production, PLINTH_SECRET: `v2:${strong()},v1:short` }), ['PLINTH_SECRET'])
  })

  const unsafe: [string, Record<string, string>, string][] = [
    ['an app URL without https', { PLINTH_APP_URL: 'http://app.example.com' }, 'PLINTH_APP_URL'],
    ['a wildcard origin', { PLINTH_CORS_ORIGINS: '*' }, 'PLINTH_CORS_ORIGINS'],
    ['an origin without https', { PLINTH_CORS_ORIGINS: 'http://partner.example.com' }, 'PLINTH_CORS_ORIGINS'],
    ['demo accounts', { PLINTH_SEED: 'demo' }, 'PLINTH_SEED'],
    ['a proxy list that trusts everybody', { PLINTH_TRUSTED_PROXIES: '0.0.0.0/0' }, 'PLINTH_TRUSTED_PROXIES'],
    ['a proxy list that is all IPv4 in IPv6', { PLINTH_TRUSTED_PROXIES: '::ffff:0:0/96' }, 'PLINTH_TRUSTED_PROXIES'],
    ['a proxy list that contains it', { PLINTH_TRUSTED_PROXIES: '0:0::/32' }, 'PLINTH_TRUSTED_PROXIES'],
    ['the key of the local Stripe', { STRIPE_SECRET_KEY: 'sk_test_simulator' }, 'STRIPE_SECRET_KEY'],
    ['a short metrics token', { PLINTH_METRICS_TOKEN: 'abc' }, 'PLINTH_METRICS_TOKEN'],
    ['one secret for two purposes', { PLINTH_METRICS_TOKEN: production.PLINTH_SECRET }, 'PLINTH_METRICS_TOKEN'],
  ]
  for (const [what, change, name] of unsafe) {
    test(`with ${what}`, () => assert.deepEqual(faultsOf({ ...production, ...change }), [name]))
  }
})

describe('keys that rotate', () => {
  test('a list signs with its first secret and verifies with all; a bare value is version 1', () => {
    const { secret, secrets } = loadConfig({ PLINTH_SECRET: 'v2:new,v1:old' })
    assert.equal(secret, 'new')
    assert.deepEqual(secrets, [
      { version: 'v2', value: 'new' },
      { version: 'v1', value: 'old' },
    ])
    assert.deepEqual(loadConfig({ PLINTH_SECRET: 'old' }).secrets, [{ version: 'v1', value: 'old' }])
  })

  test('an asymmetric algorithm takes its key as PEM, as one line and as base64, and no other kind of key', () => {
    const ed = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()
    for (const key of [ed, ed.replaceAll('\n', '\\n'), Buffer.from(ed).toString('base64')]) {
      assert.equal(loadConfig({ PLINTH_JWT_ALGORITHM: 'EdDSA', PLINTH_JWT_PRIVATE_KEY: key }).jwtPrivateKey, ed)
    }
    assert.equal(loadConfig({ PLINTH_JWT_ALGORITHM: 'RS256', PLINTH_JWT_PRIVATE_KEY: rsa }).jwtPrivateKey, rsa)
    assert.deepEqual(faultsOf({ PLINTH_JWT_ALGORITHM: 'RS256', PLINTH_JWT_PRIVATE_KEY: ed }), [
      'PLINTH_JWT_PRIVATE_KEY',
    ])
    assert.deepEqual(faultsOf({ PLINTH_JWT_ALGORITHM: 'EdDSA' }), ['PLINTH_JWT_PRIVATE_KEY'])
    const both = loadConfig({
      PLINTH_JWT_ALGORITHM: 'EdDSA',
      PLINTH_JWT_PRIVATE_KEY: `v2:${ed},v1:${generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })}`,
    })
    assert.equal(both.jwtPrivateKeys.length, 2)
  })
})
