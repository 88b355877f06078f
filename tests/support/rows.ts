/**
 * Puts one row into every table for a tenant, without knowing the tables: values are guessed from types, foreign keys
 * and, when a check refuses one, from the next guess. So a new table is covered by the guards without being mentioned.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type pg from 'pg'

type Client = Pick<pg.ClientBase, 'query'>
export type Row = Record<string, unknown>

interface Column {
  name: string
  type: string
  checks: { name: string; definition: string }[]
}

interface ForeignKey {
  columns: string[]
  target: string
  targetColumns: string[]
}

interface Table {
  name: string
  isForced: boolean
  columns: Column[]
  foreignKeys: ForeignKey[]
}

const LEDGER = 'schema_migrations'
const CHECK_VIOLATION = '23514'
const UNIQUE_VIOLATION = '23505'

/** Guesses that fit most checks, from the likely to the odd. Each is new every time, for the sake of unique columns. */
function guesses({ type, checks }: Column): unknown[] {
  const definitions = checks.map(({ definition }) => definition).join(' ')
  const listed = /ARRAY\[([^\]]+)\]/.exec(definitions)?.[1]?.match(/'((?:[^']|'')*)'/g)
  if (listed) return listed.map((value) => value.slice(1, -1))
  const token = Array.from(randomBytes(10), (byte) => String.fromCharCode(97 + (byte % 26))).join('')
  switch (type) {
    case 'uuid':
      return [randomUUID()]
    case 'bytea': {
      const length = Number(/length\(\w+\) = (\d+)/.exec(definitions)?.[1] ?? 32)
      return [randomBytes(length)]
    }
    case 'bool':
      return [false, true]
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float8':
      return [1, 0, 200, -1]
    case 'json':
    case 'jsonb':
      return ['{}', '[]', '"text"']
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return [new Date()]
    case 'inet':
      return ['192.0.2.1']
    default:
      return type.startsWith('_')
        ? ['{}']
        : [`fill${token}`, `fill.${token}`, `fill${token}@acme.test`, 'a', 'AA', token.repeat(7).slice(0, 64)]
  }
}

/** Rows by table, as they were given to the database. */
export async function fillEveryTable(client: Client, tenantId: string): Promise<Map<string, Row>> {
  const filled = new Map<string, Row>()
  const tables = await readTables(client)
  // All before the first, as triggers write into other tables. What was not forced before is not afterwards.
  const forced = tables.filter(({ isForced }) => isForced)
  for (const { name } of forced) await client.query(`alter table ${name} no force row level security`)
  for (const table of inOrder(tables)) {
    filled.set(table.name, await insertGuess(client, table, filled, tenantId))
  }
  // Deferred triggers have to fire before a table can be altered.
  await client.query('set constraints all immediate')
  for (const { name } of forced) await client.query(`alter table ${name} force row level security`)
  return filled
}

async function insertGuess(client: Client, table: Table, filled: Map<string, Row>, tenantId: string): Promise<Row> {
  const fixed = fixedValues(table, filled, tenantId)
  const next = new Map<string, number>()
  for (;;) {
    const row: Row = { ...fixed }
    for (const column of table.columns) row[column.name] ??= guesses(column)[next.get(column.name) ?? 0]
    try {
      await client.query('savepoint guess')
      await client.query(insertStatement(table.name, row), Object.values(row))
      return row
    } catch (error) {
      await client.query('rollback to savepoint guess')
      const { code, constraint } = error as { code?: string; constraint?: string }
      // A trigger of a table before made the row.
      if (code === UNIQUE_VIOLATION && constraint === `${table.name}_pkey`) return row
      const column = table.columns.find(({ name, checks }) => {
        const isNamed = checks.some((check) => check.name === constraint)
        return (
          isNamed &&
          !(name in fixed) &&
          (next.get(name) ?? 0) + 1 < guesses(table.columns.find((one) => one.name === name) as Column).length
        )
      })
      if (code !== CHECK_VIOLATION || !column)
        throw new Error(`no guess fits ${table.name}: ${(error as Error).message}`)
      next.set(column.name, (next.get(column.name) ?? 0) + 1)
    }
  }
}

/** What is not guessed: the tenant, and what points at rows that are there already. */
function fixedValues(table: Table, filled: Map<string, Row>, tenantId: string): Row {
  const fixed: Row = {}
  if (table.name === 'tenants') fixed.id = tenantId
  if (table.columns.some(({ name }) => name === 'tenant_id')) fixed.tenant_id = tenantId
  for (const { columns, target, targetColumns } of table.foreignKeys) {
    for (const [index, column] of columns.entries()) {
      if (table.columns.some(({ name }) => name === column))
        fixed[column] ??= filled.get(target)?.[targetColumns[index] ?? '']
    }
  }
  return fixed
}

export function insertStatement(table: string, row: Row): string {
  const names = Object.keys(row)
  return `insert into ${table} (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})`
}

/** Only columns that must be given: those that are not null and have no default. */
async function readTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select relname::text as name, relforcerowsecurity as "isForced",
       coalesce((select json_agg(json_build_object('name', attname, 'type', typname, 'checks', coalesce((
           select json_agg(json_build_object('name', conname, 'definition', pg_get_constraintdef(k.oid))) from pg_constraint k
           where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any (k.conkey)), '[]'::json)) order by attnum)
         from pg_attribute a join pg_type on pg_type.oid = atttypid
         where attrelid = c.oid and attnum > 0 and not attisdropped and attnotnull and not atthasdef and attidentity = ''), '[]'::json) as columns,
       coalesce((select json_agg(json_build_object('columns', (select json_agg(attname order by ord) from unnest(conkey) with ordinality as key (num, ord)
             join pg_attribute on attrelid = conrelid and attnum = num), 'target', confrelid::regclass::text,
           'targetColumns', (select json_agg(attname order by ord) from unnest(confkey) with ordinality as key (num, ord)
             join pg_attribute on attrelid = confrelid and attnum = num)))
         from pg_constraint where conrelid = c.oid and contype = 'f' and confrelid <> conrelid), '[]'::json) as "foreignKeys"
     from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> $1 order by relname`,
    [LEDGER],
  )
  return rows
}

function inOrder(tables: Table[]): Table[] {
  const ordered: Table[] = []
  const waiting = new Set(tables)
  while (waiting.size > 0) {
    const ready = [...waiting].find(({ foreignKeys }) =>
      foreignKeys.every(({ target }) => ![...waiting].some(({ name }) => name === target)),
    )
    if (!ready)
      throw new Error(`tables point at each other in a circle: ${[...waiting].map(({ name }) => name).join(', ')}`)
    waiting.delete(ready)
    ordered.push(ready)
  }
  return ordered
}
