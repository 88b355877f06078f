import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkEnvironment } from './check-environment.ts'
import { describe } from './findings.ts'
import { plant } from './planted-tree.ts'
import { ROOT } from './source.ts'

for (const text of [
  'export const port = process.env.PORT',
  "export const port = process['env']['PORT']",
  'export const port = globalThis.process.env.PORT',
  'const { env } = process\nexport const port = env.PORT',
  "import { env } from 'node:process'\nexport const port = env.PORT",
  'export function f(env = process.env) { return env }',
]) {
  test(`a module that reads the environment is found: ${text.split('\n', 1)[0]}`, (t) => {
    const { findings } = checkEnvironment(plant(t, { 'src/email/transport.ts': `${text}\n` }))
    assert.equal(findings.length, 1)
  })
}

test('the config, commands and tests may read it; others may have something called env', (t) => {
  const read = 'export const port = process.env.PORT\n'
  const root = plant(t, {
    'src/platform/config.ts': read,
    'src/bin/server.ts': read,
    'src/email/transport.test.ts': read,
    'src/email/transport.ts':
      "export const f = (config: any) => config.env === 'test' && process.uptime()\n// process.env\n",
  })
  assert.deepEqual(checkEnvironment(root).findings, [])
})

test('in this repository only the config and commands read the environment', () => {
  const { files, findings } = checkEnvironment(ROOT)
  assert.ok(files > 50)
  assert.deepEqual(findings.map(describe), [])
})
