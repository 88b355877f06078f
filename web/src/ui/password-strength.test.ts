import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgePassword } from './password-strength.ts'

test('a short password is told how many characters are missing', () => {
  assert.deepEqual(judgePassword('elevenchars'), { score: 1, words: '1 more character' })
  assert.equal(judgePassword('abc').words, '9 more characters')
})

test('repetition and keyboard runs do not make a password strong', () => {
  for (const password of [
    'aaaaaaaaaaaaaaaa',
    'abcdefghijklmnop',
    '1234567890123456',
    'qwertyuiopasdfgh',
    'abababababababab',
  ]) {
    assert.ok(judgePassword(password).score <= 1, password)
  }
})

test('four unrelated words are strong', () => {
  assert.equal(judgePassword('copper window gravel swim').score, 4)
})
