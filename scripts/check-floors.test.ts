import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkFloors, findingsOf } from './check-floors.ts'
import { describe } from './findings.ts'
import { plant } from './planted-tree.ts'
import { ROOT } from './source.ts'

const HOUSE = {
  'package.json': JSON.stringify({
    imports: {
      '#platform/*': './src/platform/*',
      '#audit': './src/audit/index.ts',
      '#email': './src/email/index.ts',
      '#tenants': './src/tenants/index.ts',
      '#projects': './src/projects/index.ts',
    },
  }),
  'src/platform/clock.ts': 'export interface Clock { now(): Date }\n',
  'src/audit/index.ts':
    "import type { Clock } from '#platform/clock.ts'\nexport const record = (clock: Clock) => clock\n",
  'src/email/index.ts': 'export const send = () => {}\n',
  'src/tenants/index.ts': "export { invite } from './members.ts'\n",
  'src/tenants/members.ts': "import { record } from '#audit'\nexport const invite = record\n",
  'src/projects/index.ts': "import { invite } from '#tenants'\nexport const projectRoutes = invite\n",
  'src/app.ts': "import { projectRoutes } from '#projects'\nexport const app = projectRoutes\n",
  'src/bin/server.ts': "import { app } from '../app.ts'\napp\n",
}

function faults(t: Parameters<typeof plant>[0], files: Record<string, string>): string[] {
  return findingsOf(checkFloors(plant(t, { ...HOUSE, ...files }))).map(describe)
}

test('a house whose imports run down through doors is clean', (t) => {
  const result = checkFloors(plant(t, HOUSE))
  assert.deepEqual(findingsOf(result), [])
  assert.equal(result.files.length, 8)
  assert.equal(result.arrows.length, 6)
})

for (const [way, line] of Object.entries({
  'an import': "import { projectRoutes } from '#projects'\nprojectRoutes\n",
  'an import of a type only': "import type { projectRoutes } from '#projects'\nexport type P = typeof projectRoutes\n",
  'a type written with import()': "export type P = typeof import('#projects').projectRoutes\n",
  'a dynamic import': "export const later = () => import('#projects')\n",
  'a re-export': "export * from '#projects'\n",
  'an import without names': "import '#projects'\n",
})) {
  test(`${way} that runs up is found`, (t) => {
    const found = faults(t, { 'src/tenants/seats.ts': line })
    assert.ok(found.includes('src/tenants/seats.ts:1  imports projects, which stands above tenants.'), found.join('\n'))
  })
}

test('what only looks like an import is none', (t) => {
  const text = `// import '#projects'\nexport const text = "import '#projects'"\nexport const more = \`import('#projects')\`\n`
  assert.deepEqual(faults(t, { 'src/tenants/seats.ts': text }), [])
})

test('modules of one floor do not see each other', (t) => {
  assert.deepEqual(faults(t, { 'src/audit/mail.ts': "import { send } from '#email'\nsend()\n" }), [
    'src/audit/mail.ts:1  imports email, which stands beside audit.',
  ])
})

test('a relative import past a door is found, from anywhere', (t) => {
  const deep = (path: string) => ({ [path]: "import { invite } from '../../src/tenants/members.ts'\ninvite\n" })
  assert.deepEqual(faults(t, deep('src/projects/deep.ts')), [
    'src/projects/deep.ts:1  imports src/tenants/members.ts past the door of tenants.',
  ])
  assert.deepEqual(faults(t, deep('tests/journeys/deep.test.ts')), [
    'tests/journeys/deep.test.ts:1  imports src/tenants/members.ts past the door.',
  ])
})

test('a door that package.json does not have, and a file that does not exist, are found', (t) => {
  assert.deepEqual(faults(t, { 'src/projects/door.ts': "import '#billing'\nimport './gone.ts'\n" }), [
    'src/projects/door.ts:1  imports #billing, which is no door in package.json.',
    'src/projects/door.ts:2  imports src/projects/gone.ts, which does not exist.',
  ])
})

test('a module does not go through its own door', (t) => {
  const found = faults(t, { 'src/tenants/own.ts': "import { invite } from '#tenants'\ninvite\n" })
  assert.deepEqual(found, ['src/tenants/own.ts:1  imports its own module through the door #tenants; say ./ instead.'])
})

test('src does not import scripts or tests, except for commands and tests', (t) => {
  const line = "export const x = () => import('../../scripts/x.ts')\n"
  const support = "import '../../tests/support/x.ts'\n"
  assert.deepEqual(faults(t, { 'src/bin/migrate.ts': line, 'src/tenants/members.test.ts': support }), [])
  assert.deepEqual(faults(t, { 'src/tenants/x.ts': line, 'src/tenants/y.ts': support }), [
    'src/tenants/x.ts:1  imports scripts/x.ts, which is outside of src.',
    'src/tenants/y.ts:1  imports tests/support/x.ts, which is outside of src.',
  ])
})

test('a module that is on no floor is found', (t) => {
  assert.deepEqual(faults(t, { 'src/reports/index.ts': 'export const x = 1\n' }), [
    'src/reports  stands on no floor. Add it to the list in scripts/check-floors.ts.',
  ])
})

test('a circle of three files is found, and named whole', (t) => {
  const [found, ...rest] = faults(t, {
    'src/tenants/a.ts': "import './b.ts'\n",
    'src/tenants/b.ts': "export type C = import('./c.ts').C\n",
    'src/tenants/c.ts': "import type {} from './a.ts'\nexport type C = 1\n",
  })
  assert.deepEqual(rest, [])
  for (const file of ['a.ts', 'b.ts', 'c.ts']) assert.match(found as string, new RegExp(`src/tenants/${file}`))
})

test('in this repository imports run down, through doors, without circles', () => {
  const result = checkFloors(ROOT)
  assert.ok(result.files.length > 100 && result.arrows.length > 300)
  assert.deepEqual(findingsOf(result).map(describe), [])
})
