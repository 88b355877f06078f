/** What nobody wants can be deleted: one folder, its door, its lines in the tables of contents, and it still type-checks. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { plant } from '../../scripts/planted-tree.ts'
import { removeModule } from '../../scripts/remove-module.ts'
import { ROOT, read } from '../../scripts/source.ts'

function copyOfRepository(t: TestContext): string {
  const copy = mkdtempSync(join(tmpdir(), 'plinth-removal-'))
  t.after(() => rmSync(copy, { recursive: true, force: true }))
  for (const path of [
    'src',
    'scripts',
    'tests',
    'bench',
    'migrations',
    'simulators',
    'package.json',
    'tsconfig.json',
  ]) {
    if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(copy, path), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

function run(folder: string, ...command: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

const typeCheck = (folder: string, project = '.') =>
  run(folder, join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', project)

test('the example module can be taken out; what is left type-checks and serves everything else', (t) => {
  const copy = copyOfRepository(t)
  const changed = removeModule(copy, 'projects')
  assert.deepEqual(changed.sort(), ['package.json', 'src/app.ts', 'src/projects'])

  const types = typeCheck(copy)
  assert.equal(types.status, 0, types.output)
  const floors = run(copy, 'scripts/check-floors.ts')
  assert.equal(floors.status, 0, floors.output)
  const openapi = run(copy, 'scripts/generate-openapi.ts')
  assert.equal(openapi.status, 0, openapi.output)
  const paths = Object.keys(JSON.parse(read(copy, 'openapi.json')).paths)
  assert.ok(paths.includes('/api/v1/users'))
  assert.deepEqual(
    paths.filter((path) => path.includes('projects')),
    [],
  )
})

test('a folder that is only deleted is found by the type check', (t) => {
  const copy = copyOfRepository(t)
  rmSync(join(copy, 'src/projects'), { recursive: true })
  // The server is enough to find it, and takes half the time.
  const server = { extends: './tsconfig.json', include: [], files: ['src/app.ts'] }
  writeFileSync(join(copy, 'tsconfig.server.json'), JSON.stringify(server))
  const { status, output } = typeCheck(copy, 'tsconfig.server.json')
  assert.notEqual(status, 0)
  assert.match(output, /src\/app\.ts.*#projects/)
})

test('only what names the module is taken out', (t) => {
  const root = plant(t, {
    'package.json':
      '{\n  "imports": {\n    "#tenants": "./src/tenants/index.ts",\n    "#files": "./src/files/index.ts"\n  }\n}\n',
    'src/files/index.ts': 'export const fileRoutes = 1\n',
    'src/app.ts':
      "import { fileRoutes } from '#files'\nimport { other } from '#tenants'\n\nother(1)\nother(fileRoutes)\nother(2)\n",
    'src/worker.ts':
      "import { fileJobs, sweepFiles } from '#files'\nexport const work = {\n  jobs: [1, ...fileJobs, 2],\n  sweepFiles,\n  done: 3,\n}\n",
  })
  removeModule(root, 'files')
  assert.equal(read(root, 'package.json'), '{\n  "imports": {\n    "#tenants": "./src/tenants/index.ts"\n  }\n}\n')
  assert.equal(read(root, 'src/app.ts'), "import { other } from '#tenants'\n\nother(1)\nother(2)\n")
  assert.equal(read(root, 'src/worker.ts'), 'export const work = {\n  jobs: [1, 2],\n  done: 3,\n}\n')
  assert.throws(() => removeModule(root, 'files'), /There is no module/)
  assert.throws(() => removeModule(root, '../..'), /There is no module/)
})
