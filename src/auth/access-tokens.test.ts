import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { adjustableClock } from '#platform/clock.ts'
import { deriveKey } from '#platform/secrets.ts'
import { createAccessTokens, type SigningAlgorithm } from './access-tokens.ts'

const claims = { userId: 'u', sessionId: 's', tenantId: 't' }
const root = 'r'.repeat(40)
const issuer = 'https://app.example.com'

function tokens(
  options: { algorithm?: SigningAlgorithm; keys?: string[]; clock?: ReturnType<typeof adjustableClock> } = {},
) {
  const { algorithm = 'HS256', keys = [root], clock = adjustableClock() } = options
  return createAccessTokens({ issuer, lifetimeMinutes: 30, algorithm, keys, clock })
}

const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** Signs whatever is asked with the right key, to see what else is looked at. */
async function forged(
  change: (header: Record<string, unknown>, payload: Record<string, unknown>) => void,
  raw?: string,
) {
  const [header, payload] = (await (await tokens()).sign(claims)).split('.').slice(0, 2).map(decode)
  change(header, payload)
  const signed = `${encode(header)}.${raw === undefined ? encode(payload) : encode(raw)}`
  return `${signed}.${createHmac('sha256', deriveKey(root, 'access-token:v1')).update(signed).digest('base64url')}`
}

test('a token says who, in which session and for which tenant, and never in which role', async () => {
  const { sign, verify } = await tokens()
  const token = await sign(claims)
  assert.deepEqual(await verify(token), claims)
  assert.deepEqual(verify(token), claims, 'the second time it is known at once')
  const [header, payload] = token.split('.').slice(0, 2).map(decode)
  assert.equal(header.typ, 'at+jwt')
  assert.ok(header.kid)
  assert.deepEqual(Object.keys(payload).sort(), ['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub', 'tid'])
  assert.equal(payload.exp - payload.iat, 1800)
})

test('a token ends with its lifetime, also when it was verified before', async () => {
  const clock = adjustableClock()
  const { sign, verify } = await tokens({ clock })
  const token = await sign(claims)
  assert.ok(await verify(token))
  clock.advance(1800_000 + 6_000)
  assert.equal(await verify(token), undefined)
})

const attacks: [string, () => Promise<string>][] = [
  ...['none', 'None', 'NONE', '', 'HS384', 'RS256'].map((alg): [string, () => Promise<string>] => [
    `alg ${JSON.stringify(alg)}`,
    () => forged((header) => (header.alg = alg)),
  ]),
  ['no signature', async () => `${(await (await tokens()).sign(claims)).split('.').slice(0, 2).join('.')}.`],
  ['unknown kid', () => forged((header) => (header.kid = 'x'))],
  ['other typ', () => forged((header) => (header.typ = 'JWT'))],
  ['crit', () => forged((header) => (header.crit = ['x']))],
  ['b64', () => forged((header) => Object.assign(header, { b64: false, crit: ['b64'] }))],
  ['embedded key', () => forged((header) => Object.assign(header, { kid: undefined, jwk: { kty: 'oct', k: 'AA' } }))],
  ['other issuer', () => forged((_, payload) => (payload.iss = `${issuer}.evil`))],
  ['issuer with slash', () => forged((_, payload) => (payload.iss = `${issuer}/`))],
  ['no issuer', () => forged((_, payload) => delete payload.iss)],
  ['other audience', () => forged((_, payload) => (payload.aud = 'plinth-api.evil'))],
  ['two audiences', () => forged((_, payload) => (payload.aud = ['plinth-api', 'other']))],
  ['no expiry', () => forged((_, payload) => delete payload.exp)],
  ['expired', () => forged((_, payload) => (payload.exp = Math.floor(Date.now() / 1000) - 10))],
  ['expiry as text', () => forged((_, payload) => (payload.exp = '9999999999'))],
  ['endless expiry', () => forged((_, payload) => (payload.exp = 1.5e18))],
  ['not yet valid', () => forged((_, payload) => (payload.nbf = Math.floor(Date.now() / 1000) + 60))],
  ['issued in the future', () => forged((_, payload) => (payload.iat = Math.floor(Date.now() / 1000) + 600))],
  ['no session', () => forged((_, payload) => delete payload.sid)],
  ['payload is a list', () => forged(() => {}, '[]')],
  ['payload is a number', () => forged(() => {}, '1')],
  ['four parts', async () => `${await (await tokens()).sign(claims)}.x`],
  ['two parts', async () => 'a.b'],
  ['nothing', async () => ''],
  ['much', async () => 'x'.repeat(20_000)],
]

for (const [name, forge] of attacks) {
  test(`a token is refused: ${name}`, async () => {
    assert.equal(await (await tokens()).verify(await forge()), undefined)
  })
}

test('a changed token is refused', async () => {
  const { sign, verify } = await tokens()
  const [header, , signature] = (await sign(claims)).split('.') as [string, string, string]
  const [, other] = (await sign({ ...claims, tenantId: 'other' })).split('.') as [string, string, string]
  assert.equal(await verify(`${header}.${other}.${signature}`), undefined)
  const middle = signature[20] === 'A' ? 'B' : 'A'
  const [, payload] = (await sign(claims)).split('.') as [string, string, string]
  assert.equal(await verify(`${header}.${payload}.${signature.slice(0, 20)}${middle}${signature.slice(21)}`), undefined)
})

test('keys rotate with overlap: the new one signs, both verify, the retired one is dead', async () => {
  const next = 'n'.repeat(40)
  const old = await (await tokens()).sign(claims)
  const both = await tokens({ keys: [next, root] })
  assert.ok(await both.verify(old))
  const fresh = await both.sign(claims)
  assert.ok(await (await tokens({ keys: [next] })).verify(fresh))
  assert.equal(await (await tokens({ keys: [next] })).verify(old), undefined)
})

for (const [algorithm, key] of [
  ['EdDSA', generateKeyPairSync('ed25519').privateKey],
  ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
] as const) {
  test(`${algorithm} tokens verify by the published key, and a token signed with that public key is refused`, async () => {
    const pem = key.export({ type: 'pkcs8', format: 'pem' }) as string
    const { sign, verify, jwks } = await tokens({ algorithm, keys: [pem] })
    const token = await sign(claims)
    assert.deepEqual(await verify(token), claims)
    assert.equal(jwks.keys.length, 1)
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'])
      assert.equal(secret in (jwks.keys[0] as object), false)

    const [header, payload] = token.split('.').slice(0, 2).map(decode)
    const signed = `${encode({ ...header, alg: 'HS256' })}.${encode(payload)}`
    const confused = createHmac('sha256', JSON.stringify(jwks.keys[0])).update(signed).digest('base64url')
    assert.equal(await verify(`${signed}.${confused}`), undefined)
  })
}

test('with symmetric signing nothing is published', async () => {
  assert.deepEqual((await tokens()).jwks, { keys: [] })
})
