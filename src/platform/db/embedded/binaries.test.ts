import assert from 'node:assert/strict'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { copyBinaries, findBinaries, succeedsAs } from './binaries.ts'

const nobody = { uid: 65534, gid: 65534 }

test('the installed binaries run, and say their version', () => {
  const { postgres, initdb, major } = findBinaries()
  assert.ok(succeedsAs(undefined, postgres, ['--version']))
  assert.ok(succeedsAs(undefined, initdb, ['--version']))
  assert.ok(major >= 18)
})

test('where their folder is closed to the account of PostgreSQL, a copy serves, and serves again', (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root')
  const place = mkdtempSync(join(tmpdir(), 'plinth-binaries-'))
  try {
    chmodSync(place, 0o755)
    const { postgres, version } = findBinaries()
    const native = dirname(dirname(postgres))
    const copy = copyBinaries(place, native, version, nobody)
    assert.ok(copy)
    assert.ok(succeedsAs(nobody, join(copy, 'bin', 'postgres'), ['--version']))
    assert.equal(copyBinaries(place, native, version, nobody), copy)

    // What tidies temporary folders may have taken a part of it.
    rmSync(join(copy, 'share', 'postgresql', 'timezonesets'), { recursive: true })
    assert.equal(copyBinaries(place, native, version, nobody), copy)
    assert.ok(existsSync(join(copy, 'share', 'postgresql', 'timezonesets')))

    // Somebody else's folder under the expected name could hold any program.
    chownSync(copy, 1234, 1234)
    const other = copyBinaries(place, native, version, nobody)
    assert.ok(other)
    assert.notEqual(other, copy)

    chmodSync(place, 0o700)
    assert.equal(copyBinaries(place, native, version, nobody), undefined)
    assert.equal(readdirSync(place).length, 2)
  } finally {
    rmSync(place, { recursive: true })
  }
})
