import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveKey, hashSecret, newSecret } from './secrets.ts'

test('a secret has 256 bits, and only its hash needs to be stored', () => {
  const { secret, hash } = newSecret('plk_')
  assert.match(secret, /^plk_[\w-]{43}$/)
  assert.deepEqual(hash, hashSecret(secret))
  assert.equal(hash.length, 32)
  assert.notEqual(newSecret().secret, newSecret().secret)
})

test('each purpose has its own key, and the same purpose always the same one', () => {
  assert.deepEqual(deriveKey('root', 'access-token:v1'), deriveKey('root', 'access-token:v1'))
  assert.notDeepEqual(deriveKey('root', 'access-token:v1'), deriveKey('root', 'cursor:v1'))
  assert.notDeepEqual(deriveKey('root', 'access-token:v1'), deriveKey('other', 'access-token:v1'))
  assert.equal(deriveKey('root', 'x').length, 32)
})
