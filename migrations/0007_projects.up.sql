-- The example module's only table; it shows what every tenant-owned table needs.

create table projects (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 120),
  description text not null default '' check (length(description) <= 4000),
  status text not null default 'active' check (status in ('active', 'paused', 'archived')),
  created_by uuid not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null default 1,
  primary key (tenant_id, id),
  -- Contains tenant_id, so that a row cannot point at another tenant's member: foreign keys do not see row security.
  foreign key (tenant_id, created_by) references memberships (tenant_id, user_id)
);

-- The default order of the list.
create index projects_by_age on projects (tenant_id, created_at desc, id desc);
create index projects_of_member on projects (tenant_id, created_by);

alter table projects enable row level security, force row level security;

create policy system on projects to plinth_system using (true) with check (true);
create policy tenant on projects to plinth_tenant
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

grant select, insert, update, delete on projects to plinth_tenant, plinth_system;
