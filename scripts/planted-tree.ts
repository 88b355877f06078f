/** For the tests of the checks: a small tree with a fault in it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

/** Writes the files into a folder that goes with the test. */
export function plant(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'plinth-planted-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
