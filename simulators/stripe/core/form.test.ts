import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StripeFault } from '../world.ts'
import { parseForm } from './form.ts'

test('brackets become objects', () => {
  assert.deepEqual(parseForm('items[0][price]=price_1&items[0][quantity]=2&metadata[a%20b]=c+d'), {
    items: { 0: { price: 'price_1', quantity: '2' } },
    metadata: { 'a b': 'c d' },
  })
})

test('empty brackets count up', () => {
  assert.deepEqual(parseForm('expand[]=customer&expand[]=data.price'), { expand: { 0: 'customer', 1: 'data.price' } })
})

test('keys that reach into the prototype are dropped', () => {
  const form = parseForm('__proto__[admin]=1&metadata[__proto__][admin]=1&a[constructor][prototype][admin]=1&b=1')
  assert.deepEqual(form, { b: '1' })
  assert.equal(({} as { admin?: string }).admin, undefined)
})

test('an escape that is none is refused', () => {
  assert.throws(() => parseForm('a=%zz'), StripeFault)
})
