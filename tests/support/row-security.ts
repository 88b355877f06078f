/** What the catalogue must show for tenants to be isolated, as questions; each finding is a sentence about an object. */
import type pg from 'pg'

type Client = Pick<pg.ClientBase, 'query'>

/** Tables that are nobody's: they hold neither a tenant's nor a person's data. */
export const SHARED_TABLES = ['rate_limits', 'schema_migrations']

/** Unique over all tenants on purpose: random secrets, which tell nothing when they collide. */
const UNIQUE_OVER_TENANTS = [
  'invitations_token_hash_key',
  'registrations_token_hash_key',
  // One customer is one tenant; it is how an event finds its tenant, and only the system writes it.
  'billing_customers_stripe_customer_id_key',
]

/** Functions that run with their owner's rights; each was read by somebody who looked for a way around row security. */
const REVIEWED_DEFINERS: string[] = []

const tenantTables = `(select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace)`
const ours = `(select oid, rolname from pg_roles where rolname like 'plinth\\_%')`

const QUESTIONS: { text: string; values?: unknown[] }[] = [
  {
    text: `select relname || ' has tenant_id, but row security is not enabled and forced' from ${tenantTables} t
      where not (relrowsecurity and relforcerowsecurity)`,
  },
  {
    text: `select relname || ' is on nobody''s list of shared tables, but row security is not enabled and forced' from pg_class
      where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not (relrowsecurity and relforcerowsecurity) and relname <> all ($1)`,
    values: [SHARED_TABLES],
  },
  {
    text: `select relname || ' has tenant_id, but no policy for plinth_tenant' from ${tenantTables} t
      where not exists (select from pg_policy where polrelid = t.oid and 'plinth_tenant'::regrole = any (polroles))`,
  },
  {
    text: `select format('policy %s on %s lets plinth_tenant reach rows without asking for app.tenant_id', polname, relname)
      from ${tenantTables} t join pg_policy p on polrelid = t.oid
      where polpermissive and ('plinth_tenant'::regrole = any (polroles) or 0 = any (polroles))
        and (coalesce(pg_get_expr(polqual, polrelid) !~ 'tenant_id = .*app\\.tenant_id', polcmd <> 'a')
          or coalesce(pg_get_expr(polwithcheck, polrelid) !~ 'tenant_id = .*app\\.tenant_id', polcmd in ('a', 'w') and polqual is null))`,
  },
  {
    text: `select format('policy %s on %s is for everybody', polname, polrelid::regclass) from pg_policy where 0 = any (polroles)`,
  },
  {
    text: `select relname || ' does not have tenant_id first in its primary key' from ${tenantTables} t
      where not exists (select from pg_constraint k join pg_attribute a on a.attrelid = t.oid and a.attnum = k.conkey[1]
        where k.conrelid = t.oid and k.contype = 'p' and a.attname = 'tenant_id')`,
  },
  {
    text: `select format('foreign key %s of %s does not carry tenant_id to tenant_id', conname, conrelid::regclass)
      from pg_constraint k join ${tenantTables} source on source.oid = conrelid join ${tenantTables} target on target.oid = confrelid
      where contype = 'f' and not exists (
        select from unnest(conkey, confkey) as pair (here, there)
          join pg_attribute a on a.attrelid = conrelid and a.attnum = here join pg_attribute b on b.attrelid = confrelid and b.attnum = there
        where a.attname = 'tenant_id' and b.attname = 'tenant_id')`,
  },
  {
    text: `select format('unique index %s of %s spans tenants', i.relname, t.relname) from pg_index x join pg_class i on i.oid = x.indexrelid
      join ${tenantTables} t on t.oid = x.indrelid
      where x.indisunique and i.relname <> all ($1)
        and not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'tenant_id' and a.attnum = any (x.indkey))`,
    values: [UNIQUE_OVER_TENANTS],
  },
  {
    text: `select 'view ' || relname || ' does not run with the rights of who reads it (security_invoker)' from pg_class
      where relkind = 'v' and relnamespace = 'public'::regnamespace
        and not coalesce(reloptions && array['security_invoker=on', 'security_invoker=true'], false)`,
  },
  {
    text: `select 'materialized view ' || relname || ' keeps rows outside of row security' from pg_class
      where relkind = 'm' and relnamespace = 'public'::regnamespace`,
  },
  {
    text: `select format('function %s runs with its owner''s rights and is not on the reviewed list', proname) from pg_proc
      where prosecdef and pronamespace = 'public'::regnamespace and proname <> all ($1)`,
    values: [REVIEWED_DEFINERS],
  },
  {
    text: `select format('function %s runs with its owner''s rights and does not fix its search_path', proname) from pg_proc
      where prosecdef and pronamespace = 'public'::regnamespace
        and not exists (select from unnest(proconfig) setting where setting like 'search\\_path=%')`,
  },
  {
    text: `select format('role %s can do more than run confined queries', rolname) from pg_roles
      where rolname like 'plinth\\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolcanlogin or rolinherit)`,
  },
  {
    text: `select format('role %s owns something in this database', rolname) from pg_shdepend
      join ${ours} r on r.oid = refobjid and refclassid = 'pg_authid'::regclass
      where deptype = 'o' and dbid = (select oid from pg_database where datname = current_database()) group by rolname`,
  },
  {
    text: `select format('plinth_app has the rights of %s without asking for them', rolname) from ${ours} r
      where rolname <> 'plinth_app' and pg_has_role('plinth_app', oid, 'usage')`,
  },
  {
    text: `select distinct format('%s may %s %s', coalesce(rolname, 'everybody'), lower(privilege_type), relname)
      from pg_class, aclexplode(relacl) left join pg_roles r on r.oid = grantee
      where relnamespace = 'public'::regnamespace and grantee <> relowner
        and (privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN') or is_grantable or grantee = 0)`,
  },
  {
    text: `select distinct format('plinth_app may %s %s without dropping to a narrower role', lower(privilege_type), relname)
      from pg_class left join pg_attribute on attrelid = pg_class.oid and attacl is not null, aclexplode(array_cat(relacl, attacl))
      where relnamespace = 'public'::regnamespace and grantee = 'plinth_app'::regrole and relname <> all ($1)`,
    values: [SHARED_TABLES],
  },
]

export async function rowSecurityFindings(client: Client): Promise<string[]> {
  const findings: string[] = []
  for (const { text, values } of QUESTIONS) {
    const { rows } = await client.query<string[]>({ text, values, rowMode: 'array' } as pg.QueryArrayConfig)
    findings.push(...rows.map(([finding]) => finding ?? ''))
  }
  return findings.sort()
}
