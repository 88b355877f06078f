/**
 * Names and sizes: no drawers, one way to write a file's name, files that fit in a head, modules that say what they are
 * for, migrations that can be taken back.
 */
import { type Finding, report } from './findings.ts'
import { filesOf, isGenerated, ROOT, read } from './source.ts'

/** Names that say what kind of thing is inside and not what it is about; everything ends up in them. */
const DRAWERS = /^(utils?|helpers?|misc|commons?|types?|constants?|libs?|shared|interfaces?|functions|stuff|tools)$/

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/
const MIGRATION = /^(\d{4})_([a-z0-9]+(?:_[a-z0-9]+)*)\.(up|down)\.sql$/

const QUESTION_LINES = 300
const MAX_LINES = 400

const FOLDERS = ['src', 'web/src', 'scripts', 'tests', 'bench', 'simulators']

export interface Names {
  files: number
  findings: Finding[]
  warnings: Finding[]
}

export function checkNames(root: string): Names {
  const files = filesOf(root, FOLDERS, ['.ts', '.tsx', '.css']).filter((path) => !isGenerated(path))
  const warnings: Finding[] = []
  const findings = [...files.flatMap(badNames), ...silentModules(root), ...badMigrations(root)]
  for (const path of files) {
    const lines = lineCount(read(root, path))
    if (lines > MAX_LINES)
      findings.push({ path, problem: `has ${lines} lines; ${MAX_LINES} is the most. Split it by noun.` })
    else if (lines > QUESTION_LINES) warnings.push({ path, problem: `has ${lines} lines. Is it about one thing?` })
  }
  return { files: files.length, findings, warnings }
}

export const lineCount = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

function badNames(path: string): Finding[] {
  const parts = path.split('/')
  const base = (parts.pop() as string).split('.', 1)[0] as string
  const findings: Finding[] = []
  for (const name of [...parts, base]) {
    if (DRAWERS.test(name)) findings.push({ path, problem: `"${name}" is a drawer: name it for what it is about.` })
  }
  if (!KEBAB.test(base)) findings.push({ path, problem: 'is not in kebab-case.' })
  return findings
}

/** A module's index opens with a sentence, because it is the first that a reader opens. */
function silentModules(root: string): Finding[] {
  const indexes = filesOf(root, ['src'], ['/index.ts']).filter((path) => path.split('/').length === 3)
  return indexes
    .filter((path) => !/^\/\*\*\s[\s\S]*?[.!?]\s*\*\//.test(read(root, path)))
    .map((path) => ({
      path,
      line: 1,
      problem: 'does not open with a /** sentence */ that says what the module is for.',
    }))
}

function badMigrations(root: string): Finding[] {
  const findings: Finding[] = []
  const paths = filesOf(root, ['migrations'], ['.sql']).filter((path) => path !== 'migrations/schema.sql')
  const numbers = new Map<string, string>()
  for (const path of paths) {
    const [, number, name, direction] = MIGRATION.exec(path.slice('migrations/'.length)) ?? []
    if (!number || !name) {
      findings.push({ path, problem: 'is not named NNNN_what_it_does.up.sql or .down.sql.' })
      continue
    }
    const other = `migrations/${number}_${name}.${direction === 'up' ? 'down' : 'up'}.sql`
    if (!paths.includes(other)) findings.push({ path, problem: `has no ${other}.` })
    const namesake = numbers.get(number)
    if (namesake !== undefined && namesake !== name)
      findings.push({ path, problem: `has the number of ${number}_${namesake}.` })
    numbers.set(number, namesake ?? name)
  }
  return findings
}

if (import.meta.main) {
  const { files, findings, warnings } = checkNames(ROOT)
  report(`${files} files named for what they are about.`, findings, warnings)
}
