import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkNames } from './check-names.ts'
import { describe } from './findings.ts'
import { plant } from './planted-tree.ts'
import { ROOT } from './source.ts'

const faultsOf = (root: string) => checkNames(root).findings.map(describe)
const lines = (count: number) => 'export {}\n'.repeat(count)

test('drawers are found, as files and as folders', (t) => {
  const paths = ['src/tenants/utils.ts', 'src/tenants/helpers/slug.ts', 'web/src/lib/date.ts', 'tests/common.test.ts']
  const faults = faultsOf(plant(t, Object.fromEntries(paths.map((path) => [path, 'export {}\n']))))
  assert.equal(faults.length, 4)
  for (const path of paths) assert.ok(faults.some((fault) => fault.startsWith(`${path}  `) && fault.includes('drawer')))
})

test('a name in another case is found', (t) => {
  const faults = faultsOf(
    plant(t, { 'web/src/ui/CopyId.tsx': '', 'src/auth/sign_in.ts': '', 'src/auth/sign-in.test.ts': '' }),
  )
  assert.deepEqual(faults, [
    'src/auth/sign_in.ts  is not in kebab-case.',
    'web/src/ui/CopyId.tsx  is not in kebab-case.',
  ])
})

test('more than 300 lines are a question, more than 400 fail, generated files are as long as they are', (t) => {
  const root = plant(t, {
    'src/auth/long.ts': lines(400),
    'src/auth/longer.ts': lines(401),
    'src/auth/page.ts': lines(300),
    'src/platform/db/schema.ts': lines(2000),
  })
  const { warnings, findings } = checkNames(root)
  assert.deepEqual(warnings.map(describe), ['src/auth/long.ts  has 400 lines. Is it about one thing?'])
  assert.deepEqual(findings.map(describe), ['src/auth/longer.ts  has 401 lines; 400 is the most. Split it by noun.'])
})

test('a module whose index does not say what it is for is found', (t) => {
  const root = plant(t, {
    'src/audit/index.ts': "export * from './record.ts'\n",
    'src/email/index.ts': '/** Mail */\nexport {}\n',
    'src/auth/index.ts': '/**\n * People and their\n * sessions.\n */\nexport {}\n',
    'src/auth/mfa/index.ts': 'export {}\n',
  })
  const faults = faultsOf(root)
  assert.equal(faults.length, 2)
  assert.match(faults.join('\n'), /src\/audit\/index.ts:1 .*\n.*src\/email\/index.ts:1 /)
})

test('a migration without its way back, with a taken number or a free name is found', (t) => {
  const root = plant(t, {
    'migrations/0001_roles.up.sql': '',
    'migrations/0001_roles.down.sql': '',
    'migrations/0002_tenants.up.sql': '',
    'migrations/0001_people.up.sql': '',
    'migrations/0001_people.down.sql': '',
    'migrations/later.sql': '',
    'migrations/schema.sql': '',
  })
  assert.deepEqual(faultsOf(root).sort(), [
    'migrations/0001_roles.down.sql  has the number of 0001_people.',
    'migrations/0001_roles.up.sql  has the number of 0001_people.',
    'migrations/0002_tenants.up.sql  has no migrations/0002_tenants.down.sql.',
    'migrations/later.sql  is not named NNNN_what_it_does.up.sql or .down.sql.',
  ])
})

test('in this repository files are named for what they are about', () => {
  const { files, findings } = checkNames(ROOT)
  assert.ok(files > 100)
  assert.deepEqual(findings.map(describe), [])
})
