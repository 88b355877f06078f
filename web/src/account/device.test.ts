import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceOf } from './device.ts'

test('browsers that claim to be others are told apart', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'
  assert.deepEqual(deviceOf(chrome), { name: 'Chrome on Linux', kind: 'computer' })
  assert.equal(deviceOf(`${chrome} Edg/140.0`).name, 'Edge on Linux')
  const phone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604.1'
  assert.deepEqual(deviceOf(phone), { name: 'Safari on iPhone', kind: 'phone' })
})

test('an unknown client is not guessed', () => {
  assert.equal(deviceOf('curl/8.5.0').name, 'curl')
  assert.equal(deviceOf('').name, 'Unknown device')
})
