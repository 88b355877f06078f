/** The types of all tables and views, for Kysely, from a migrated database. */
import type pg from 'pg'

type Client = Pick<pg.ClientBase, 'query'>

interface Column {
  table: string
  name: string
  type: string
  nullable: boolean
  generated: boolean
  optional: boolean
  enumLabels: string[] | null
  checks: string[]
}

/** As our driver reads them (src/platform/db/database.ts): int8 as a number, times as Date, other numerals as text. */
const TYPES: Record<string, string> = {
  bool: 'boolean',
  bytea: 'Buffer',
  citext: 'string',
  date: 'Date',
  float4: 'number',
  float8: 'number',
  inet: 'string',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  json: 'Json',
  jsonb: 'Json',
  name: 'string',
  numeric: 'Numeric',
  text: 'string',
  timestamp: 'Date',
  timestamptz: 'Date',
  tsvector: 'string',
  uuid: 'string',
  varchar: 'string',
  bpchar: 'string',
}

/** Where what is written differs from what is read. */
const WRITTEN: Record<string, string> = { Json: 'JsonInput', Numeric: 'string | number' }
const READ: Record<string, string> = { Json: 'unknown', Numeric: 'string' }
const JSON_INPUT = `/** JSON text, or an object. An array needs JSON.stringify: given bare, it would become a PostgreSQL array. */
export type JsonInput = string | Record<string, unknown>`

export async function generateTypes(client: Client): Promise<string> {
  const columns = await readColumns(client)
  const tables = Map.groupBy(columns, ({ table }) => table)
  const interfaces = [...tables].map(
    ([table, members]) =>
      `export interface ${pascal(table)}Table {\n${members.map((column) => `  ${render(column)}`).join('\n')}\n}`,
  )
  const schema = `export interface Schema {\n${[...tables.keys()].map((table) => `  ${table}: ${pascal(table)}Table`).join('\n')}\n}`
  const body = [...interfaces, schema].join('\n\n')
  const imports = ['ColumnType', 'Generated', 'GeneratedAlways'].filter((name) => body.includes(` ${name}<`))
  return [
    '// Generated from the migrations by `npm run generate`; `npm run migrate -- check` compares.',
    imports.length > 0 ? `import type { ${imports.join(', ')} } from 'kysely'\n` : '',
    body.includes('JsonInput') ? `${JSON_INPUT}\n` : '',
    `${body}\n`,
  ]
    .filter(Boolean)
    .join('\n')
}

async function readColumns(client: Client): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select c.relname::text as table, a.attname::text as name,
       -- A domain is read as what it is made of.
       coalesce(base.typname, t.typname)::text as type,
       not (a.attnotnull or coalesce(t.typnotnull, false)) as nullable,
       a.attgenerated <> '' or a.attidentity = 'a' as generated,
       a.atthasdef or a.attidentity <> '' as optional,
       (select array_agg(enumlabel::text order by enumsortorder) from pg_enum where enumtypid = coalesce(base.oid, t.oid)) as "enumLabels",
       array(select pg_get_constraintdef(k.oid) from pg_constraint k
             where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum] order by k.conname) as checks
     from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       join pg_type t on t.oid = a.atttypid
       left join pg_type base on base.oid = t.typbasetype
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
       and c.relname <> 'schema_migrations'
     order by c.relname, a.attnum`,
  )
  return rows
}

function render(column: Column): string {
  const isArray = column.type.startsWith('_')
  const name = isArray ? column.type.slice(1) : column.type
  const values = column.enumLabels ?? valuesOf(column.checks)
  const known = values ? values.map((value) => `'${value}'`).join(' | ') : TYPES[name]
  if (!known)
    throw new Error(`${column.table}.${column.name} has the type ${name}; teach it to scripts/schema-types.ts.`)
  return `${/^[a-z_][a-z0-9_]*$/.test(column.name) ? column.name : `'${column.name}'`}: ${typeOf(column, known, isArray)}`
}

function typeOf({ nullable, generated, optional }: Column, known: string, isArray: boolean): string {
  const shape = (type: string) => {
    const element = isArray ? (/[ |]/.test(type) ? `(${type})[]` : `${type}[]`) : type
    return nullable && element !== 'unknown' ? `${element} | null` : element
  }
  const read = shape(READ[known] ?? known)
  const written = shape(WRITTEN[known] ?? known)
  if (generated) return `GeneratedAlways<${read}>`
  if (read !== written) return `ColumnType<${read}, ${written}${optional ? ' | undefined' : ''}, ${written}>`
  return optional ? `Generated<${read}>` : read
}

/** The list of a check like `role in ('owner', 'admin')`, as PostgreSQL writes it back. */
function valuesOf(checks: string[]): string[] | undefined {
  for (const check of checks) {
    const list = /^CHECK \(\((?:\(?\w+\)?(?:::text)?) = ANY \(\(?ARRAY\[([^\]]+)\]\)?(?:::text\[\])?\)\)\)$/.exec(
      check,
    )?.[1]
    const single = /^CHECK \(\(\(?\w+\)?(?:::text)? = ('(?:[^']|'')*')::text\)\)$/.exec(check)?.[1]
    const values = [...(list ?? single ?? '').matchAll(/'((?:[^']|'')*)'/g)].map(
      (match) => match[1]?.replaceAll("''", "'") ?? '',
    )
    if (values.length > 0 && values.every((value) => /^[\w. :-]+$/.test(value))) return values
  }
  return undefined
}

function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
