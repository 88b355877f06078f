import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCircles } from './check-circles.ts'
import { plant } from './planted-tree.ts'
import { ROOT } from './source.ts'

const PACKAGE = JSON.stringify({ imports: { '#two': './src/two/index.ts', '#platform/*': './src/platform/*' } })

test('two files that import only types of each other are found', (t) => {
  const root = plant(t, {
    'src/platform/a.ts': "import type { B } from './b.ts'\nexport type A = { b?: B }\n",
    'src/platform/b.ts': "import type { A } from './a.ts'\nexport type B = { a?: A }\n",
  })
  const { files, findings } = checkCircles(root)
  assert.equal(files, 2)
  assert.deepEqual(new Set(findings.map(({ path }) => path)), new Set(['src/platform/a.ts', 'src/platform/b.ts']))
})

test('a circle through the door of a module is found', (t) => {
  const root = plant(t, {
    'package.json': PACKAGE,
    'src/platform/a.ts': "import { two } from '#two'\nexport const a = two\n",
    'src/two/index.ts': "import { a } from '#platform/a.ts'\nexport const two = () => a\n",
  })
  assert.notEqual(checkCircles(root).findings.length, 0)
})

test('a tree in which nothing was checked is not clean', (t) => {
  const { files, findings } = checkCircles(plant(t, { 'package.json': '{}' }))
  assert.equal(files, 0)
  assert.equal(findings.length, 1)
})

test('the repository has no circle', () => {
  const { files, findings } = checkCircles(ROOT)
  assert.ok(files > 100)
  assert.deepEqual(findings, [])
})
