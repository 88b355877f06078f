/**
 * The schema as readable SQL, from the catalogue: the same text on every supported version of PostgreSQL and whoever
 * owns the objects. `migrations/schema.sql` is made with it, and tests compare databases with it.
 */
import type pg from 'pg'

type Client = Pick<pg.ClientBase, 'query'>

/** Roles of the cluster that are ours; other databases may have more. */
const ROLES = 'plinth\\_%'
/** Kept by the migration runner itself. */
const LEDGER = 'schema_migrations'

export async function dumpSchema(client: Client): Promise<string> {
  await client.query('begin isolation level repeatable read read only')
  try {
    // Names within public are written without it; everything else in full.
    await client.query('set local search_path = public')
    const sections = [
      await roles(client),
      await extensions(client),
      await enums(client),
      await sequences(client),
      await functions(client),
      await tables(client),
      await views(client),
      await schemaGrants(client),
    ]
    return `${sections.filter(Boolean).join('\n\n')}\n`
  } finally {
    await client.query('rollback')
  }
}

async function lines(client: Client, text: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(text, values)
  return rows.map(({ line }) => line)
}

async function roles(client: Client): Promise<string> {
  const made = await lines(
    client,
    `select 'create role ' || quote_ident(rolname) || concat(
       case when rolcanlogin then ' login' end, case when rolsuper then ' superuser' end, case when rolbypassrls then ' bypassrls' end,
       case when rolcreaterole then ' createrole' end, case when rolcreatedb then ' createdb' end,
       case when rolinherit then ' inherit' end, case when rolreplication then ' replication' end) || ';' as line
     from pg_roles where rolname like $1 order by rolname`,
    [ROLES],
  )
  const granted = await lines(
    client,
    `select distinct format('grant %I to %I;', r.rolname, m.rolname) as line
     from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
     where r.rolname like $1 and m.rolname like $1 order by 1`,
    [ROLES],
  )
  return [...made, ...granted].join('\n')
}

async function extensions(client: Client): Promise<string> {
  const found = await lines(
    client,
    `select format('create extension %I schema %I;', extname, nspname) as line
     from pg_extension e join pg_namespace n on n.oid = extnamespace where extname <> 'plpgsql' order by extname`,
  )
  return found.join('\n')
}

async function enums(client: Client): Promise<string> {
  const found = await lines(
    client,
    `select format('create type %I as enum (%s);', typname, string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)) as line
     from pg_enum join pg_type t on t.oid = enumtypid where typnamespace = 'public'::regnamespace group by typname order by typname`,
  )
  return found.join('\n')
}

/** Those of identity and serial columns come with their tables. */
async function sequences(client: Client): Promise<string> {
  const found = await lines(
    client,
    `select format('create sequence %I as %s increment %s start %s;', relname, format_type(seqtypid, null), seqincrement, seqstart) as line
     from pg_sequence join pg_class c on c.oid = seqrelid
     where relnamespace = 'public'::regnamespace
       and not exists (select from pg_depend where objid = c.oid and classid = 'pg_class'::regclass and deptype in ('a', 'i'))
     order by relname`,
  )
  return [...found, ...(await grants(client, 'sequence'))].join('\n')
}

async function functions(client: Client): Promise<string> {
  const found = await lines(
    client,
    `select pg_get_functiondef(p.oid) || ';' as line from pg_proc p
     where pronamespace = 'public'::regnamespace and prokind in ('f', 'p')
       and not exists (select from pg_depend where objid = p.oid and classid = 'pg_proc'::regclass and deptype = 'e')
     order by proname, pg_get_function_identity_arguments(p.oid)`,
  )
  return [...found.map((definition) => definition.replace(/\n;$/, ';')), (await grants(client, 'function')).join('\n')]
    .filter(Boolean)
    .join('\n\n')
}

async function tables(client: Client): Promise<string> {
  const { rows } = await client.query<{ oid: string; name: string; unlogged: boolean }>(
    `select oid::text, quote_ident(relname) as name, relpersistence = 'u' as unlogged from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f') and relname <> $1 order by relname`,
    [LEDGER],
  )
  const dumped: string[] = []
  for (const { oid, name, unlogged } of rows) {
    const body = [...(await columns(client, oid)), ...(await constraints(client, oid))].map((line) => `  ${line}`)
    dumped.push(
      [
        `create ${unlogged ? 'unlogged ' : ''}table ${name} (\n${body.join(',\n')}\n);`,
        ...(await indexes(client, oid)),
        ...(await triggers(client, oid)),
        ...(await rowSecurity(client, oid)),
        ...(await grants(client, 'table', oid)),
        ...(await comments(client, oid)),
      ].join('\n'),
    )
  }
  return dumped.join('\n\n')
}

function columns(client: Client, table: string): Promise<string[]> {
  return lines(
    client,
    `select concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod),
       case when attcollation not in (0, typcollation) then ' collate ' || (select quote_ident(collname) from pg_collation where oid = attcollation) end,
       case when attgenerated = 's' then ' generated always as (' || pg_get_expr(adbin, adrelid) || ') stored'
            when adbin is not null then ' default ' || pg_get_expr(adbin, adrelid) end,
       case attidentity when 'a' then ' generated always as identity' when 'd' then ' generated by default as identity' end,
       case when attnotnull then ' not null' end) as line
     from pg_attribute join pg_type on pg_type.oid = atttypid left join pg_attrdef on adrelid = attrelid and adnum = attnum
     where attrelid = $1::oid and attnum > 0 and not attisdropped order by attnum`,
    [table],
  )
}

/** Since version 18 "not null" is a constraint too; here it belongs to the column. */
function constraints(client: Client, table: string): Promise<string[]> {
  return lines(
    client,
    `select format('constraint %I %s', conname, pg_get_constraintdef(oid)) as line from pg_constraint
     where conrelid = $1::oid and contype in ('p', 'u', 'f', 'c', 'x') order by array_position(array['p', 'u', 'f', 'c', 'x']::"char"[], contype), conname`,
    [table],
  )
}

function indexes(client: Client, table: string): Promise<string[]> {
  return lines(
    client,
    `select pg_get_indexdef(indexrelid) || case when indisvalid then ';' else '; -- INVALID' end as line
     from pg_index join pg_class c on c.oid = indexrelid
     where indrelid = $1::oid and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x')) order by relname`,
    [table],
  )
}

function triggers(client: Client, table: string): Promise<string[]> {
  return lines(
    client,
    `select concat(pg_get_triggerdef(oid), ';', case when tgenabled <> 'O' then ' -- state ' || tgenabled::text end) as line
     from pg_trigger where tgrelid = $1::oid and not tgisinternal order by tgname`,
    [table],
  )
}

async function rowSecurity(client: Client, table: string): Promise<string[]> {
  const flags = await lines(
    client,
    `select format('alter table %I enable row level security%s;', relname, case when relforcerowsecurity then ', force row level security' end) as line
     from pg_class where oid = $1::oid and relrowsecurity`,
    [table],
  )
  const policies = await lines(
    client,
    `select concat(format('create policy %I on %I', polname, relname), case when not polpermissive then ' as restrictive' end,
       case polcmd when 'r' then ' for select' when 'a' then ' for insert' when 'w' then ' for update' when 'd' then ' for delete' end,
       ' to ', (select string_agg(case when role = 0 then 'public' else quote_ident(pg_get_userbyid(role)) end, ', ' order by 1) from unnest(polroles) role),
       E'\\n  using (' || pg_get_expr(polqual, polrelid) || ')', E'\\n  with check (' || pg_get_expr(polwithcheck, polrelid) || ')', ';') as line
     from pg_policy join pg_class c on c.oid = polrelid where polrelid = $1::oid order by polname`,
    [table],
  )
  return [...flags, ...policies]
}

async function views(client: Client): Promise<string> {
  const found = await lines(
    client,
    `select concat('create ', case relkind when 'm' then 'materialized ' end, 'view ', quote_ident(relname),
       case when reloptions is not null then ' with (' || array_to_string(reloptions, ', ') || ')' end, E' as\\n', pg_get_viewdef(oid)) as line
     from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm') order by relname`,
  )
  return [...found, (await grants(client, 'view')).join('\n')].filter(Boolean).join('\n\n')
}

const ACL_SOURCES = {
  table: `select relacl as acl, relowner as owner, 'table ' || quote_ident(relname) as object, null as parts from pg_class where oid = $1::oid
    union all select attacl, relowner, 'table ' || quote_ident(relname), quote_ident(attname)
    from pg_attribute join pg_class c on c.oid = attrelid where attrelid = $1::oid and attacl is not null`,
  view: `select relacl as acl, relowner as owner, 'table ' || quote_ident(relname) as object, null as parts
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')`,
  sequence: `select relacl as acl, relowner as owner, 'sequence ' || quote_ident(relname) as object, null as parts
    from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S'`,
  // Without an entry everybody may execute; it is written so that taking it away shows.
  function: `select coalesce(proacl, acldefault('f', proowner)) as acl, proowner as owner,
    format('function %I(%s)', proname, pg_get_function_identity_arguments(oid)) as object, null as parts
    from pg_proc p where pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend where objid = p.oid and classid = 'pg_proc'::regclass and deptype = 'e')`,
  schema: `select nspacl as acl, nspowner as owner, 'schema public' as object, null as parts from pg_namespace where nspname = 'public'`,
}

/** What others than the owner may do. MAINTAIN exists since version 17 only and is left out. */
function grants(client: Client, kind: keyof typeof ACL_SOURCES, object?: string): Promise<string[]> {
  return lines(
    client,
    `with source as (${ACL_SOURCES[kind]}), granted as (
       select object, parts, lower(privilege_type) as privilege, is_grantable,
         case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as grantee
       from source, aclexplode(acl) where grantee <> owner and privilege_type <> 'MAINTAIN'
     ), per_privilege as (
       select object, grantee, is_grantable, privilege || coalesce(' (' || string_agg(parts, ', ' order by parts) || ')', '') as privilege
       from granted group by object, grantee, is_grantable, privilege
     )
     select format('grant %s on %s to %s%s;', string_agg(privilege, ', ' order by privilege), object, grantee, case when is_grantable then ' with grant option' end) as line
     from per_privilege group by object, grantee, is_grantable order by object, grantee, is_grantable`,
    object === undefined ? [] : [object],
  )
}

function comments(client: Client, table: string): Promise<string[]> {
  return lines(
    client,
    `select format('comment on %s is %L;', case when objsubid = 0 then format('table %I', relname) else format('column %I.%I', relname, attname) end, description) as line
     from pg_description join pg_class c on c.oid = objoid left join pg_attribute on attrelid = objoid and attnum = objsubid
     where objoid = $1::oid and classoid = 'pg_class'::regclass order by objsubid`,
    [table],
  )
}

async function schemaGrants(client: Client): Promise<string> {
  const defaults = await lines(
    client,
    `select format('alter default privileges in schema %I grant %s on %s to %s;', nspname, lower(privilege_type),
       case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else defaclobjtype::text end,
       case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end) as line
     from pg_default_acl join pg_namespace n on n.oid = defaclnamespace, aclexplode(defaclacl)
     where nspname = 'public' and privilege_type <> 'MAINTAIN' order by 1`,
  )
  return [...(await grants(client, 'schema')), ...defaults].join('\n')
}
