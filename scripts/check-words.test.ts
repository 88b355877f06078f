import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkWords } from './check-words.ts'
import { describe } from './findings.ts'
import { plant } from './planted-tree.ts'
import { ROOT } from './source.ts'

for (const [path, line] of [
  ['src/auth/a.ts', '// TODO: later'],
  ['web/src/a.tsx', '{/* FIXME */}'],
  ['docs/a.md', `Run it in ${'/work'}/main/plinth`],
  ['Makefile', 'DATA = /home/somebody/data'],
  ['src/auth/b.ts', `const key = '${'/root'}/.ssh/id'`],
  ['README.md', 'Co-authored-by: somebody'],
  ['CHANGELOG.md', 'Mended sign-in (#12)'],
  ['src/auth/c.ts', '// see issue 7'],
  ['src/auth/d.ts', '// the rule of security.md 4.11'],
  ['docs/b.md', 'Ask our artifactory.'],
] as const) {
  test(`words that do not belong are found: ${line}`, (t) => {
    const findings = checkWords(plant(t, { [path]: `first\n${line}\n` })).findings
    assert.equal(findings.length, 1, findings.map(describe).join('\n'))
    assert.equal(findings[0]?.line, 2)
  })
}

test('words that do belong are left alone', (t) => {
  const root = plant(t, {
    'SECURITY.md': 'Write to us. See [SECURITY.md](SECURITY.md) — and docs/operations/security.md.\n',
    Dockerfile: 'WORKDIR /home/node/app\n',
    'src/auth/a.ts':
      '// Issues a token. Two issues at once, https://example.test/work' + "/1\nexport const color = 'rgb(#fff)'\n",
    'node_modules/x/a.js': '// TODO\n',
  })
  assert.deepEqual(checkWords(root).findings.map(describe), [])
})

for (const line of [
  "test.only('a', () => {})",
  "test.skip('a', () => {})",
  "test.todo('a')",
  "describe.only('a', () => {})",
  "test('a', { only: true }, () => {})",
  "test('a', { skip: true }, () => {})",
  "test('a', (t) => { t.skip() })",
]) {
  test(`a test that does not run is found: ${line}`, (t) => {
    const root = plant(t, { 'src/auth/a.test.ts': `import { test, describe } from 'node:test'\n${line}\n` })
    assert.equal(checkWords(root).findings.length, 1)
  })
}

test('a skipped test that says why is fine', (t) => {
  const text = "test('a', { skip: browser ? false : 'no browser here' }, (t) => t.skip('no server here'))\n"
  assert.deepEqual(checkWords(plant(t, { 'src/auth/a.test.ts': text })).findings, [])
})

test('a package from elsewhere is found, in the lock file and in .npmrc', (t) => {
  const lock = (resolved: string) => JSON.stringify({ packages: { '': {}, 'node_modules/x': { resolved } } })
  const faultsOf = (files: Record<string, string>) => checkWords(plant(t, files)).findings.map(describe)
  assert.deepEqual(faultsOf({ 'package-lock.json': lock('https://registry.npmjs.org/x/-/x-1.0.0.tgz') }), [])
  assert.deepEqual(faultsOf({ 'package-lock.json': lock('https://packages.example.test/x-1.0.0.tgz') }), [
    'package-lock.json  node_modules/x comes from packages.example.test',
  ])
  assert.deepEqual(faultsOf({ 'package-lock.json': lock('git+ssh://git@example.test/x.git') }), [
    'package-lock.json  node_modules/x comes from example.test',
  ])
  assert.deepEqual(faultsOf({ '.npmrc': 'registry=https://packages.example.test/npm/\n' }), [
    '.npmrc  packages would come from packages.example.test',
  ])
})

test('in this repository every word belongs', () => {
  const { files, findings } = checkWords(ROOT)
  assert.ok(files > 100)
  assert.deepEqual(findings.map(describe), [])
})
