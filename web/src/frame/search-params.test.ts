import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flag, oneOf, ownPath, planName, text, wholeNumber } from './search-params.ts'

test('a return path that leaves the app is ignored', () => {
  for (const path of ['https://evil.test', '//evil.test', '/\\evil.test', 'javascript:alert(1)', '', undefined]) {
    assert.equal(ownPath(path), undefined, String(path))
  }
  assert.equal(ownPath('/t/acme/projects?page=2'), '/t/acme/projects?page=2')
})

test('nonsense in the URL counts as nothing', () => {
  assert.equal(wholeNumber('zwei'), undefined)
  assert.equal(wholeNumber(-3), undefined)
  assert.equal(wholeNumber(3), 3)
  assert.equal(oneOf('root', ['owner', 'viewer']), undefined)
  assert.equal(text({}), undefined)
  assert.equal(text(2026), '2026')
  assert.equal(flag('no'), undefined)
})

test('a plan in the address is a name, and never a way out', () => {
  assert.equal(planName('pro'), 'pro')
  for (const bad of ['//evil.example', 'https://evil.example', '/t/x', 'Pro', 'a b', '', 'a'.repeat(41), 7, null]) {
    assert.equal(planName(bad), undefined, String(bad))
  }
})
