import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { openScratch } from './test-scratch.ts'

const MEMORY = '/dev/shm'
const isTmpfs = existsSync(MEMORY) && statfsSync(MEMORY).type === 0x01021994

let folder: string
let memory: string
let meminfo: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'plinth-scratch-'))
  meminfo = join(folder, 'meminfo')
  if (isTmpfs) memory = mkdtempSync(join(MEMORY, 'plinth-scratch-'))
})
beforeEach(() => writeFileSync(meminfo, 'MemTotal:       16000000000 kB\nMemAvailable:    8000000000 kB\n'))
after(() => {
  for (const made of [folder, memory]) if (made) rmSync(made, { recursive: true, force: true })
})

const open = (env: Record<string, string> = {}, at = memory) => openScratch({ env, memory: at, meminfo })

describe('on a machine with a file system in memory', { skip: !isTmpfs && 'There is none here.' }, () => {
  test('a run writes there, as others can, and nothing stays', async () => {
    const { folder = '', remove } = await open()
    assert.ok(folder.startsWith(join(memory, `plinth-test-${process.pid}-`)), folder)
    assert.equal(statSync(folder).mode & 0o7777, 0o1777)
    mkdirSync(join(folder, 'a/b'), { recursive: true })
    await remove()
    assert.equal(existsSync(folder), false)
  })

  test('what a killed run left behind is removed, what belongs to a living one or to others is not', async () => {
    const { pid: dead } = spawnSync('true')
    const names = [
      `plinth-test-${dead}-aB3`,
      `plinth-test-${process.ppid}-aB3`,
      'plinth-test--aB3',
      'plinth-test-notes',
    ]
    for (const name of names) mkdirSync(join(memory, name, 'database'), { recursive: true })
    await (await open()).remove()
    assert.deepEqual(
      names.filter((name) => existsSync(join(memory, name))),
      names.slice(1),
    )
  })

  test('without memory to spare the disk is used', async () => {
    writeFileSync(meminfo, 'MemAvailable:    2000000 kB\n')
    assert.equal((await open()).folder, undefined)
  })

  test("somebody's own TMPDIR is kept to", async () => {
    assert.equal((await open({ TMPDIR: '/var/tmp' })).folder, undefined)
  })
})

test('a folder that is on a disk, or missing, is not taken for memory', async () => {
  for (const place of [import.meta.dirname, join(folder, 'missing')])
    assert.equal((await open({}, place)).folder, undefined)
})
