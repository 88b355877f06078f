/** A code that a client meets has a page that says what to do, and no page is about a code that nobody sends. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')
const CODE = /\bRefusal\(\s*\w+,\s*'([A-Z][A-Z_]+)'|\brefuse\('(PASSWORD_[A-Z_]+)'/g

function codesIn(source: string): string[] {
  return [...source.matchAll(CODE)].map(([, direct, policy]) => (direct ?? policy) as string)
}

const sources = globSync('src/**/*.ts', { cwd: ROOT }).filter(
  (path) => !path.endsWith('.test.ts') && !path.endsWith('testing.ts'),
)
const texts = sources.map((path) => readFileSync(join(ROOT, path), 'utf8'))

test('every code of a refusal has a page', () => {
  const codes = new Set(texts.flatMap(codesIn))
  assert.ok(codes.size > 30)
  assert.deepEqual(
    [...codes].filter((code) => !existsSync(join(ROOT, 'docs/errors', `${code}.md`))),
    [],
  )
})

test('every page is about a code that the source contains, and is in the index', () => {
  const index = readFileSync(join(ROOT, 'docs/errors/README.md'), 'utf8')
  const pages = readdirSync(join(ROOT, 'docs/errors')).filter((name) => name !== 'README.md')
  for (const page of pages) {
    const code = page.replace('.md', '')
    assert.ok(
      texts.some((text) => text.includes(`'${code}'`)),
      `${page} is about a code that nobody sends`,
    )
    assert.ok(index.includes(`(${page})`), `${page} is not in the index`)
  }
})

test('a refusal with a code of its own is seen', () => {
  assert.deepEqual(codesIn("throw new Refusal(409, 'PLANTED_CODE', 'x')"), ['PLANTED_CODE'])
  assert.deepEqual(codesIn("throw new Refusal(\n  409,\n  'PLANTED_CODE',\n  'x')"), ['PLANTED_CODE'])
})
