import type pg from 'pg'
import { type Migration, MigrationError } from './files.ts'

export interface LedgerRow {
  version: number
  name: string
  checksum: string
  applied_at: Date
  duration_ms: number
}

export const READ_LEDGER =
  'select version, name, checksum, applied_at, duration_ms from public.schema_migrations order by version'

export const CREATE_LEDGER = `create table if not exists public.schema_migrations (
  version integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default clock_timestamp(),
  duration_ms integer not null
)`

/** The servers compare what they were built for with what was applied. The role comes with the first migration. */
export const OPEN_LEDGER = `do $$
begin
  if exists (select from pg_roles where rolname = 'plinth_app')
    and not has_table_privilege('plinth_app', 'public.schema_migrations', 'select') then
    grant select on public.schema_migrations to plinth_app;
  end if;
end
$$`

const UNDEFINED_TABLE = '42P01'

export async function readLedger(client: Pick<pg.ClientBase, 'query'>): Promise<LedgerRow[]> {
  try {
    return (await client.query<LedgerRow>(READ_LEDGER)).rows
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return []
    throw error
  }
}

export interface Comparison {
  /** To be applied, in order. */
  pending: Migration[]
  /** Applied by a later release; ours does not know them. */
  ahead: LedgerRow[]
  /** Sentences; nothing may run before a person has settled them. */
  faults: string[]
}

export function compare(
  migrations: readonly Migration[],
  ledger: readonly Pick<LedgerRow, 'version' | 'name' | 'checksum'>[],
): Comparison {
  const applied = new Map(ledger.map((row) => [row.version, row as LedgerRow]))
  const known = new Set(migrations.map(({ version }) => version))
  const newestKnown = migrations.at(-1)?.version ?? 0
  const newestApplied = ledger.at(-1)?.version ?? 0
  const comparison: Comparison = { pending: [], ahead: [], faults: [] }
  for (const migration of migrations) {
    const row = applied.get(migration.version)
    if (!row) {
      comparison.pending.push(migration)
      if (migration.version < newestApplied) {
        comparison.faults.push(
          `${migration.name} was never applied, but later migrations were. Give it the next free number, or start over in development with "npm run reset".`,
        )
      }
    } else if (row.name !== migration.name || row.checksum !== migration.checksum) {
      comparison.faults.push(
        `${migration.up.path} is not what was applied to this database as ${row.name}. Applied migrations are never edited: put the file back and write a new one, or start over in development with "npm run reset".`,
      )
    }
  }
  for (const row of applied.values()) {
    if (known.has(row.version)) continue
    if (row.version > newestKnown) comparison.ahead.push(row)
    else
      comparison.faults.push(
        `${row.name} was applied to this database, but its file is gone from migrations/. Put it back.`,
      )
  }
  return comparison
}

export function refuseFaults({ faults }: Comparison): void {
  if (faults.length > 0) throw new MigrationError(faults.join('\n'))
}
