import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Statement, splitStatements } from './statements.ts'

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../../migrations', import.meta.url))

export interface Script {
  path: string
  text: string
  statements: Statement[]
  /** False for a file that begins with `-- no-transaction`. */
  transactional: boolean
}

export interface Migration {
  version: number
  /** With its number, for example `0003_tenants`. */
  name: string
  checksum: string
  up: Script
  down: Script
}

/** Something about the files or the database that a person has to settle. */
export class MigrationError extends Error {
  override name = 'MigrationError'
}

export function readMigrations(folder = MIGRATIONS_FOLDER): Migration[] {
  const migrations: Migration[] = []
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.sql') || file === 'schema.sql') continue
    const match = /^((\d{4})_[a-z][a-z0-9_]*)\.(up|down)\.sql$/.exec(file)
    if (!match) throw new MigrationError(`migrations/${file} is not named like 0001_name.up.sql or 0001_name.down.sql`)
    const [, name = '', number] = match
    if (match[3] === 'down') {
      if (!existsSync(join(folder, `${name}.up.sql`))) throw new MigrationError(`migrations/${name}.up.sql is missing`)
      continue
    }
    const version = Number(number)
    const previous = migrations.at(-1)
    if (previous?.version === version) {
      throw new MigrationError(
        `Two migrations have the number ${number}: ${previous.name} and ${name}. Renumber the later one.`,
      )
    }
    if (!existsSync(join(folder, `${name}.down.sql`)))
      throw new MigrationError(`migrations/${name}.down.sql is missing`)
    const up = readScript(folder, `${name}.up.sql`)
    const checksum = createHash('sha256').update(up.text).digest('hex')
    migrations.push({ version, name, checksum, up, down: readScript(folder, `${name}.down.sql`) })
  }
  return migrations
}

function readScript(folder: string, file: string): Script {
  const path = `migrations/${file}`
  // A checkout with other line ends is still the same migration.
  const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')
  const transactional = !/^\s*--\s*no-transaction\b/.test(text)
  let statements: Statement[]
  try {
    statements = splitStatements(text)
  } catch (error) {
    throw new MigrationError(`${path}, ${(error as Error).message}`)
  }
  for (const statement of statements) {
    const fault = faultOf(statement.text, transactional)
    if (fault) throw new MigrationError(`${path}, line ${statement.line}: ${fault}`)
  }
  return { path, text, statements, transactional }
}

function faultOf(statement: string, transactional: boolean): string | undefined {
  if (/^(begin|start\s+transaction|commit|end|rollback)\b/i.test(statement)) {
    return 'a migration neither opens nor ends a transaction; each file runs in its own.'
  }
  // Its body has semicolons that only PostgreSQL's own parser can tell from the end.
  if (/\bbegin\s+atomic\b/i.test(statement)) return 'write the body of the function between $$ instead of BEGIN ATOMIC.'
  const concurrent = /^(?:create\s+(?:unique\s+)?|drop\s+)index\s+concurrently\b/i.test(statement)
  if (concurrent && transactional) return 'CONCURRENTLY needs a file that begins with "-- no-transaction".'
  if (concurrent && !/\bconcurrently\s+if\s+(?:not\s+)?exists\s/i.test(statement)) {
    return 'what runs outside a transaction must be repeatable: write IF NOT EXISTS, or IF EXISTS.'
  }
  return undefined
}

/** Writes an empty pair of files with the next number and returns their paths. */
export function createMigration(name: string, folder = MIGRATIONS_FOLDER): { up: string; down: string } {
  const words = name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
  if (!/^[a-z][a-z0-9_]*$/.test(words))
    throw new MigrationError(`"${name}" is not a name of letters, digits and underscores.`)
  const last = readMigrations(folder).at(-1)?.version ?? 0
  const base = join(folder, `${String(last + 1).padStart(4, '0')}_${words}`)
  const files = { up: `${base}.up.sql`, down: `${base}.down.sql` }
  writeFileSync(
    files.up,
    '-- What changes, and why. The release before this one must work on the result: see README.md.\n',
    { flag: 'wx' },
  )
  writeFileSync(files.down, '-- Takes back everything that the up file does.\n', { flag: 'wx' })
  return files
}
