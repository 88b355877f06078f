import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkGenerated, generatedFiles } from './check-generated.ts'
import { plant } from './planted-tree.ts'
import { ROOT } from './source.ts'

test('a generated file that was edited, and one that is missing, are found', (t) => {
  const root = plant(t, { 'openapi.json': '{\n  "openapi": "3.1.0"\n}\n' })
  const fresh = new Map([['openapi.json', '{\n  "openapi": "3.1.1"\n}\n']])
  assert.deepEqual(checkGenerated(root, new Map([['openapi.json', '{\n  "openapi": "3.1.0"\n}\n']])), [])
  assert.equal(checkGenerated(root, fresh)[0]?.line, 2)
  assert.equal(checkGenerated(root, new Map([['gone.ts', '']])).length, 1)
})

test('openapi.json and the types of the client are fresh, and are made the same twice', async () => {
  const files = await generatedFiles()
  assert.deepEqual(await generatedFiles(), files)
  assert.deepEqual(checkGenerated(ROOT, files), [])
})

test('openapi.json tells nothing about the machine it was made on', async () => {
  const text = (await generatedFiles()).get('openapi.json') as string
  const document = JSON.parse(text)
  assert.match(document.openapi, /^3\.1\./)
  assert.equal(document.servers, undefined)
  assert.doesNotMatch(text, /localhost|127\.0\.0\.1/)
})
