import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '#platform/errors.ts'
import { normaliseEmail } from './email-address.ts'

test('spellings of one mailbox are one address', () => {
  for (const spelling of ['Bob@X.io', ' bob@x.io ', 'BOB@x.IO']) assert.equal(normaliseEmail(spelling), 'bob@x.io')
})

const refused = [
  '',
  'a',
  'a@',
  '@b.c',
  'a@b',
  'a b@c.d',
  'a@b..c',
  'a@-b.c',
  `${'a'.repeat(250)}@b.co`,
  '"a b"@c.d',
  'a@[127.0.0.1]',
  'a@b.c\u0000',
  'a\ud800@b.c',
  'a@b.c,d@e.f',
  'a@b.c\r\nBcc:x@y.z',
  'bob@x.io.',
  '.a@b.co',
  'ＢＯＢ@x.io',
  'mi\u212Ae@x.io',
  'mıke@x.io',
  'straße@x.io',
  `${'a'.repeat(50_000)}!`,
]

test('what is not a plain ASCII address is refused, look-alikes of another address included', () => {
  for (const input of refused) {
    assert.throws(
      () => normaliseEmail(input),
      (error) => error instanceof Refusal && error.status === 400,
      JSON.stringify(input).slice(0, 60),
    )
  }
})
