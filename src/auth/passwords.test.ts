import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { Refusal } from '#platform/errors.ts'
import { assertAcceptablePassword } from './password-policy.ts'
import { createPasswords } from './passwords.ts'

const passwords = createPasswords({ concurrency: 1 })

test('a hash is argon2id with the parameters that OWASP asks for, and no two are alike', async () => {
  const [one, two] = await Promise.all([passwords.hash('same words here'), passwords.hash('same words here')])
  assert.match(one as string, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(one, two)
})

test('every character counts: nothing is trimmed, cut or folded', async () => {
  const long = 'x'.repeat(127)
  const stored = await passwords.hash(`${long}y`)
  assert.equal(await passwords.verify(stored, `${long}y`), true)
  assert.equal(await passwords.verify(stored, long), false)
  const spaced = await passwords.hash(' spaces around ')
  assert.equal(await passwords.verify(spaced, 'spaces around'), false)
  const locks = await passwords.hash('🔐'.repeat(40))
  assert.equal(await passwords.verify(locks, `${'🔐'.repeat(39)}🔓`), false)
})

test('a password typed with composed or with separate accents is the same', async () => {
  const stored = await passwords.hash('caf\u00e9 au lait, please')
  assert.equal(await passwords.verify(stored, 'cafe\u0301 au lait, please'), true)
})

test('no account takes as long as a wrong password', async () => {
  const stored = await passwords.hash('some good password')
  const time = async (hash: string | undefined) => {
    const start = process.hrtime.bigint()
    await passwords.verify(hash, 'some other password')
    return Number(process.hrtime.bigint() - start) / 1e6
  }
  const known: number[] = []
  const unknown: number[] = []
  for (let round = 0; round < 20; round++) {
    known.push(await time(stored))
    unknown.push(await time(undefined))
  }
  // The fastest of each, because what else a busy machine does only adds to them.
  const [of, ofNobody] = [Math.min(...known), Math.min(...unknown)]
  assert.ok(Math.abs(of - ofNobody) < of * 0.5, `${of} ms with an account, ${ofNobody} ms without`)
})

test('a bcrypt hash of an older system verifies, asks to be replaced, and never ignores what is beyond 72 bytes', async () => {
  const old = await bcryptHash('an older password', 4)
  assert.equal(await passwords.verify(old, 'an older password'), true)
  assert.equal(passwords.needsUpgrade(old), true)
  const cut = await bcryptHash('y'.repeat(72), 4)
  assert.equal(await passwords.verify(cut, `${'y'.repeat(72)}z`), false)
  assert.equal(passwords.needsUpgrade(await passwords.hash('a new password here')), false)
})

test('beyond the queue sign-ins are refused at once with 503, and those in it are served', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 150 }, () => passwords.verify(undefined, 'x')))
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(refused.length, 49)
  for (const { reason } of refused as PromiseRejectedResult[]) {
    assert.ok(reason instanceof Refusal && reason.status === 503 && reason.headers?.['retry-after'])
  }
})

const policy = (password: string, about: { email?: string; names?: string[] } = {}) => {
  try {
    assertAcceptablePassword(password, { minLength: 12, ...about })
    return 'accepted'
  } catch (error) {
    return (error as Refusal).code
  }
}

test('length is all that is asked of a password that is not known to attackers', () => {
  assert.equal(policy('elevenchars'), 'PASSWORD_TOO_SHORT')
  assert.equal(policy('correct horse battery staple'), 'accepted')
  assert.equal(policy('plinth demo password'), 'accepted')
  assert.equal(policy('u'.repeat(1025)), 'PASSWORD_TOO_LONG')
})

test('passwords from the lists, repetitions and runs of keys are refused', () => {
  const known = [
    '123qweasdzxc',
    'qwerty123456',
    '1Q2W3E4R5T6Y',
    '123456789012',
    'aaaaaaaaaaaa',
    'passwordpassword',
    'qwertyuiopas',
  ]
  for (const password of known) assert.equal(policy(password), 'PASSWORD_BREACHED', password)
})

test('a password that is only made of the person, the organisation or the product is refused', () => {
  assert.equal(policy('acmecorp-acmecorp', { names: ['AcmeCorp'] }), 'PASSWORD_CONTAINS_CONTEXT')
  assert.equal(policy('robin.miller1', { email: 'robin.miller@example.com' }), 'PASSWORD_CONTAINS_CONTEXT')
  assert.equal(policy('plinth-plinth-1'), 'PASSWORD_CONTAINS_CONTEXT')
  assert.equal(policy('robin rides a bicycle', { email: 'robin@example.com' }), 'accepted')
})
