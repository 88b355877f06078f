import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, shortMoney } from './money.ts'

const digits = (text: string) => text.replace(/[^\d.,-]/g, '')

test('amounts are told in the unit of their currency', () => {
  assert.equal(digits(money(5800, 'usd')), '58.00')
  assert.equal(digits(money(5800, 'jpy')), '5,800')
  assert.equal(digits(money(-250, 'eur')), '-2.50')
})

test('a price leaves out a fraction that is nothing', () => {
  assert.equal(digits(shortMoney(2900, 'usd')), '29')
  assert.equal(digits(shortMoney(2417, 'usd')), '24.17')
})
