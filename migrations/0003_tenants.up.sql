-- Tenants, who belongs to them, and how people join.

create table tenants (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{1,38})[a-z0-9]$'),
  name text not null check (length(name) between 1 and 100),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);

create table memberships (
  tenant_id uuid not null references tenants (id),
  user_id uuid not null references users (id),
  role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
  status text not null default 'active' check (status in ('active', 'deactivated')),
  joined_at timestamptz not null default now(),
  last_active_at timestamptz,
  primary key (tenant_id, user_id)
);

create index memberships_of_user on memberships (user_id);

create table invitations (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  email text not null check (email = lower(email) and length(email) <= 254),
  full_name text,
  role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
  status text not null default 'pending' check (status in ('pending', 'accepted', 'revoked')),
  token_hash bytea not null unique check (length(token_hash) = 32),
  invited_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  settled_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, invited_by) references memberships (tenant_id, user_id)
);

create unique index one_pending_invitation_per_address on invitations (tenant_id, email) where status = 'pending';

-- What a plan allows. Written from above (billing, staff); read here under a lock. No row means no limit.
create table tenant_limits (
  tenant_id uuid not null references tenants (id),
  key text not null check (key ~ '^[a-z][a-z_]*$'),
  -- Null is an explicit "no limit".
  value bigint check (value >= 0),
  primary key (tenant_id, key)
);

-- Two owners who demote each other at once must not leave a tenant without one. A check in the application reads
-- before the other commits; this runs at commit, behind the tenant's row lock, on every path that changes members.
create function keep_an_owner() returns trigger language plpgsql as $$
begin
  perform 1 from tenants where id = old.tenant_id for no key update;
  -- Row security hides the tenant when somebody moved app.tenant_id before the commit; the rule must not look away too.
  if not found and current_setting('role') = 'plinth_tenant' then
    raise exception using errcode = 'insufficient_privilege', message = 'the tenant of a changed membership is out of sight';
  end if;
  if not exists (
    select 1 from memberships where tenant_id = old.tenant_id and role = 'owner' and status = 'active'
  ) and exists (
    select 1 from tenants where id = old.tenant_id and deleted_at is null
  ) then
    raise exception using
      errcode = 'check_violation',
      constraint = 'tenant_keeps_an_owner',
      table = 'memberships',
      message = 'a tenant keeps at least one active owner';
  end if;
  return null;
end
$$;

create constraint trigger tenant_keeps_an_owner
  after update or delete on memberships
  deferrable initially deferred
  for each row
  when (old.role = 'owner' and old.status = 'active')
  execute function keep_an_owner();

alter table tenants enable row level security, force row level security;
alter table memberships enable row level security, force row level security;
alter table invitations enable row level security, force row level security;
alter table tenant_limits enable row level security, force row level security;

create policy system on tenants to plinth_system using (true) with check (true);
create policy tenant on tenants to plinth_tenant
  using (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

create policy system on memberships to plinth_system using (true) with check (true);
create policy tenant on memberships to plinth_tenant
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy self on memberships for select to plinth_user
  using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

create policy system on invitations to plinth_system using (true) with check (true);
create policy tenant on invitations to plinth_tenant
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

create policy system on tenant_limits to plinth_system using (true) with check (true);
create policy tenant on tenant_limits to plinth_tenant
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

-- A person sees the tenants they belong to; a tenant sees the people who belong to it.
create policy member on tenants for select to plinth_user
  using (exists (select 1 from memberships m where m.tenant_id = tenants.id));
create policy colleague on users for select to plinth_tenant
  using (exists (select 1 from memberships m where m.user_id = users.id));

grant select, insert, update, delete on tenants, memberships, invitations, tenant_limits to plinth_system;
grant select on tenants, memberships, tenant_limits to plinth_tenant;
grant update (slug, name, settings, version, updated_at) on tenants to plinth_tenant;
grant update (role, status) on memberships to plinth_tenant;
grant select, insert on invitations to plinth_tenant;
grant update (token_hash, status, expires_at, settled_at, invited_by) on invitations to plinth_tenant;
grant select on tenants, memberships to plinth_user;
