import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describe } from '../../scripts/findings.ts'
import { plant } from '../../scripts/planted-tree.ts'
import { ROOT } from '../../scripts/source.ts'
import { systemAccess } from './system-access.ts'
import { reviewed } from './system-access-reviewed.ts'

const inPlanted = (t: Parameters<typeof plant>[0], text: string) =>
  systemAccess(plant(t, { 'src/projects/projects.ts': `import { asSystem } from '#platform/db/scoped.ts'\n${text}\n` }))

const nameOf = ({ path, reason }: { path: string; reason: string }) => `${path}: ${reason}`

test('every step out of row security is on the reviewed list, and nothing else is', () => {
  const { calls, findings } = systemAccess(ROOT)
  assert.deepEqual(findings.map(describe), [])
  const found = new Set(calls.map(nameOf))
  const known = new Set(reviewed.map(nameOf))
  assert.deepEqual(
    [...found].filter((call) => !known.has(call)),
    [],
    'not reviewed: add it to system-access-reviewed.ts',
  )
  assert.deepEqual(
    [...known].filter((call) => !found.has(call)),
    [],
    'no longer there: take it off system-access-reviewed.ts',
  )
  assert.equal(reviewed.length, known.size)
})

test('a planted call is found with its file and reason', (t) => {
  const { calls } = inPlanted(t, "export const f = (db: any) => asSystem(db, 'because it is easy', async () => {})")
  assert.deepEqual(calls, [{ path: 'src/projects/projects.ts', reason: 'because it is easy' }])
})

for (const [what, text] of Object.entries({
  'a reason that is made up at run time':
    'export const f = (db: any, why: string) => asSystem(db, why, async () => {})',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a program
  'a reason with a hole': 'export const f = (db: any, id: string) => asSystem(db, `for ${id}`, async () => {})',
  'another name': "import { asSystem as anywhere } from '#platform/db/scoped.ts'\nexport const f = anywhere",
  'handing it on as a value': 'export const f = (run: any) => run(asSystem)',
  'keeping it under another name': 'const anywhere = asSystem\nexport const f = anywhere',
  'exporting it again': 'export { asSystem }',
  'a module that has it':
    "import * as scoped from '#platform/db/scoped.ts'\nexport const f = (run: any) => run(scoped.asSystem)",
  'the role itself': 'export const f = (tx: any) => tx.run(`set local role plinth_system`)',
})) {
  test(`${what} is found`, (t) => assert.notDeepEqual(inPlanted(t, text).findings, []))
}

test('tests may do as they like', (t) => {
  const root = plant(t, { 'src/projects/projects.test.ts': "asSystem({}, 'a test', async () => {})\n" })
  assert.deepEqual(systemAccess(root), { calls: [], findings: [] })
})
