import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emailFault, emailsIn } from './email.ts'

test('pasted addresses are found in every customary form, once each', () => {
  const pasted = 'Ada Lovelace <ada@acme.test>, bob@acme.test; ADA@acme.test\n"Grace, H." <grace@acme.test>'
  assert.deepEqual(emailsIn(pasted).addresses, ['ada@acme.test', 'bob@acme.test', 'grace@acme.test'])
})

test('what is no address is told apart', () => {
  assert.deepEqual(emailsIn('bob@acme.test carol@'), { addresses: ['bob@acme.test'], rest: ['carol@'] })
})

test('an unfinished address is refused before it is sent', () => {
  assert.equal(emailFault(' ada@acme.test '), undefined)
  for (const text of ['', 'ada', 'ada@acme', 'ada @acme.test', 'a@b.c']) assert.ok(emailFault(text), text)
})
