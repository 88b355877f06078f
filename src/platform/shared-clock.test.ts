import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sharedClock } from './shared-clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'plinth-clock-'))
after(() => rmSync(folder, { recursive: true }))

const HOUR_MS = 3_600_000

test('a clock that one process moves is moved for the others, and stays so for the next', async () => {
  const path = join(folder, 'below', 'clock')
  const [mine, other] = [sharedClock(path), sharedClock(path)]
  try {
    assert.equal(mine.offsetMs, 0)
    mine.advance(HOUR_MS)
    for (let attempt = 0; other.offsetMs === 0 && attempt < 400; attempt++) await sleep(50)
    assert.ok(Math.abs(other.offsetMs - HOUR_MS) < 50)
    const next = sharedClock(path)
    assert.ok(Math.abs(next.now().getTime() - Date.now() - HOUR_MS) < 50)
    next.close()
  } finally {
    mine.close()
    other.close()
  }
})
