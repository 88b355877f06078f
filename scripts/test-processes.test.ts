import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { shareProcesses } from './test-processes.ts'

let root: string
before(() => {
  root = mkdtempSync(join(tmpdir(), 'plinth-sharing-'))
})
after(() => rmSync(root, { recursive: true }))

const names = (files: string[]) => {
  const { processes, remove } = shareProcesses(files, root)
  remove()
  return processes.map(({ name }) => name)
}

test('files of a module share a process; files of different modules, and those in tests/, do not', () => {
  const files = [
    'tests/guards/a.test.ts',
    'tests/guards/b.test.ts',
    'src/auth/a.test.ts',
    'src/jobs/a.test.ts',
    'src/auth/sessions/b.test.ts',
    'simulators/stripe/core/a.test.ts',
    'simulators/stripe/engine/b.test.ts',
    'web/src/api/a.test.ts',
    'web/src/ui/b.test.ts',
  ]
  assert.deepEqual(names(files), [
    'tests/guards/a.test.ts',
    'tests/guards/b.test.ts',
    'src/auth (2 files)',
    'src/jobs/a.test.ts',
    'simulators/stripe (2 files)',
    'web (2 files)',
  ])
})

test('a module with many files is spread over several processes, each file in one of them', () => {
  const files = Array.from({ length: 30 }, (_, at) => `src/billing/${at}.test.ts`)
  assert.deepEqual(
    names(files),
    Array.from({ length: 3 }, () => 'src/billing (10 files)'),
  )
})

/** What `node --test` prints for the one process that these files share, and whether it was content. */
async function execute(files: Record<string, string>): Promise<{ content: boolean; output: string }> {
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), source)
  }
  const { processes, remove } = shareProcesses(Object.keys(files), root)
  assert.equal(processes.length, 1)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  try {
    return await new Promise((resolve) =>
      execFile(process.execPath, ['--test', processes[0]?.entry as string], { env }, (error, output) =>
        resolve({ content: error === null, output }),
      ),
    )
  } finally {
    remove()
  }
}

const HOOKED = `import { after, before, test } from 'node:test'
before(() => { if (globalThis.open) throw new Error('the neighbour is still open'); globalThis.open = true })
after(() => { globalThis.open = false })
test('kept', () => {})`

test('hooks of a file are run around its own tests only', async () => {
  const { content, output } = await execute({ 'src/hooks/a.test.ts': HOOKED, 'src/hooks/b.test.ts': HOOKED })
  assert.ok(content, output)
  assert.match(output, /pass 2\n/)
})

test('a file that cannot be loaded, or fails, fails the process, and the others are run', async () => {
  const { content, output } = await execute({
    'src/broken/a.test.ts': `import './missing.ts'`,
    'src/broken/b.test.ts': `import { test } from 'node:test'\ntest('no', () => { throw new Error('planted') })`,
    'src/broken/c.test.ts': HOOKED,
  })
  assert.equal(content, false)
  assert.match(output, /src\/broken\/a\.test\.ts.*can be loaded.*missing\.ts/s)
  assert.match(output, /planted/)
  assert.match(output, /pass 1\n.*fail 2\n/s)
})

for (const [kind, fault] of [
  ['an exception that nobody catches', "setTimeout(() => { throw new Error('planted') }, 5)"],
  ['a rejection that nobody handles', "setTimeout(() => Promise.reject(new Error('planted')), 5)"],
] as const) {
  for (const files of [['a'], ['a', 'b']]) {
    test(`${kind} fails a process of ${files.length}, and says what it was`, async () => {
      const stray = `import { test } from 'node:test'
        test('content', async () => { ${fault}; await new Promise((resolve) => setTimeout(resolve, 50)) })`
      const { content, output } = await execute(
        Object.fromEntries(files.map((file) => [`src/stray/${file}.test.ts`, file === 'a' ? stray : HOOKED])),
      )
      assert.equal(content, false, output)
      assert.match(output, /planted/)
    })
  }
}

test('tests within tests belong to them', async () => {
  const { content, output } = await execute({
    'src/nested/a.test.ts': `import { test } from 'node:test'
      test('outer', async (t) => { await Promise.resolve(); await t.test('inner', () => {}) })`,
  })
  assert.ok(content, output)
  assert.match(output, /▶ outer\n\s+✔ inner/)
})
