import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { faultsOf, renderExample } from './check-env-example.ts'

test('the example file in the repository lists every variable with its current words', () => {
  assert.deepEqual(faultsOf(readFileSync(new URL('../.env.example', import.meta.url), 'utf8')), [])
})

test('a variable that is missing from the example is found', () => {
  const planted = renderExample().replace(/^# PLINTH_SEED=.*\n/m, '')
  assert.deepEqual(faultsOf(planted), ['.env.example does not list PLINTH_SEED.'])
})

test('a variable that nothing reads is found', () => {
  const planted = `${renderExample()}# PLINTH_FORGOTTEN=1\n`
  assert.deepEqual(faultsOf(planted), ['.env.example lists PLINTH_FORGOTTEN, which nothing reads.'])
})

test('a description that no longer matches the schema is found', () => {
  const planted = renderExample().replace('# Address to listen on.', '# Where to listen.')
  assert.deepEqual(faultsOf(planted), ['.env.example has other words than the schema.'])
})

test('the example holds no secret, so that nobody runs with one from the repository', () => {
  assert.match(renderExample(), /^# PLINTH_SECRET=$/m)
  assert.match(renderExample(), /^# PLINTH_METRICS_TOKEN=$/m)
  assert.match(renderExample(), /^# STRIPE_SECRET_KEY=$/m)
})
