import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../errors.ts'
import { sameOriginCheck } from './same-origin.ts'

const check = sameOriginCheck({ appUrl: 'https://app.example.com', corsOrigins: ['https://partner.example'] })
const allows = (headers: Record<string, string>) => {
  try {
    check({ headers: { host: 'app.example.com', ...headers } } as unknown as FastifyRequest)
    return true
  } catch (error) {
    assert.ok(error instanceof Refusal && error.status === 403 && error.code === 'CSRF_REFUSED')
    return false
  }
}

test('a page of the app may use the cookie, and so may a listed origin', () => {
  assert.ok(allows({ 'sec-fetch-site': 'same-origin', origin: 'https://app.example.com' }))
  assert.ok(allows({ 'sec-fetch-site': 'same-origin' }))
  assert.ok(allows({ 'sec-fetch-site': 'none' }))
  assert.ok(allows({ origin: 'https://app.example.com' }))
  assert.ok(allows({ origin: 'https://partner.example', 'sec-fetch-site': 'cross-site' }))
})

test('any other site may not, and neither may a caller that tells nothing', () => {
  for (const origin of [
    'https://evil.example',
    'null',
    'https://app.example.com.evil.example',
    'https://evilapp.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://sub.app.example.com',
  ]) {
    assert.ok(!allows({ origin }), origin)
    assert.ok(!allows({ origin, 'sec-fetch-site': 'cross-site' }), origin)
    assert.ok(!allows({ origin, 'sec-fetch-site': 'same-site' }), origin)
  }
  assert.ok(!allows({}))
  assert.ok(!allows({ 'sec-fetch-site': 'cross-site' }))
  assert.ok(!allows({ 'sec-fetch-site': 'same-site' }))
  assert.ok(!allows({ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }))
})

test('in development the app may be reached under another name of this machine', () => {
  assert.ok(allows({ host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' }))
  assert.ok(!allows({ host: '127.0.0.1:3000', origin: 'http://127.0.0.1:4000', 'sec-fetch-site': 'same-site' }))
})
