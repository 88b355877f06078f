/**
 * Which test files share a process. To load the libraries, compile the schemas and warm up anew takes a file longer than
 * most of its tests do (docs/decisions/0022), so files of one module stand in one process, one after the other. Those in
 * `tests/` move clocks and processes for minutes; each has a process of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** More would take longer than the rest of a run, and leave a core idle at its end. */
const MOST_FILES = 12

export interface TestProcess {
  /** What it is called while it runs: a file, or a module. */
  name: string
  /** What it executes. */
  entry: string
}

/** Paths are relative to `root`. What was written for the entries lasts until `remove()`. */
export function shareProcesses(files: string[], root: string): { processes: TestProcess[]; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-tests-'))
  const processes = groups(files).map((group, at): TestProcess => {
    const [first] = group as [string]
    const name = group.length === 1 ? first : `${moduleOf(first)} (${group.length} files)`
    const entry = join(folder, `${at}-${moduleOf(first).replaceAll('/', '-')}.mjs`)
    writeFileSync(entry, sourceOf(group, root))
    return { name, entry }
  })
  return { processes, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** In the order of their first files. */
function groups(files: string[]): string[][] {
  const byModule = Map.groupBy(files, moduleOf)
  return [...byModule.values()].flatMap((group) => {
    const parts = Math.ceil(group.length / MOST_FILES)
    // By turns, since neighbours take alike long.
    return Array.from({ length: parts }, (_, part) => group.filter((_, at) => at % parts === part))
  })
}

function moduleOf(file: string): string {
  const [place, module] = file.split('/')
  const shares = (place === 'src' || place === 'simulators') && file.split('/').length > 2
  if (shares) return `${place}/${module}`
  return place === 'web' || place === 'scripts' ? (place as string) : file
}

function sourceOf(files: string[], root: string): string {
  const given = files.map((name) => ({ name, path: resolve(root, name) }))
  return `import { loadTestFiles } from ${JSON.stringify(import.meta.resolve('./test-files.ts'))}
await loadTestFiles(${JSON.stringify(given)})
`
}
