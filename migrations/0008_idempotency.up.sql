-- Answers kept for repeated requests with the same Idempotency-Key, so that a retry after a lost answer has one effect.
-- A row is written in the transaction of the effect; a request at work holds an advisory lock and has no row yet.

create table idempotency_keys (
  tenant_id uuid not null references tenants (id),
  user_id uuid not null,
  -- Method and pattern of the route.
  route text not null,
  key text not null check (length(key) between 1 and 255),
  fingerprint bytea not null check (length(fingerprint) = 32),
  status integer not null,
  body text,
  headers jsonb not null,
  answered_at timestamptz not null,
  primary key (tenant_id, user_id, route, key)
);

create index idempotency_keys_by_age on idempotency_keys (answered_at);

alter table idempotency_keys enable row level security, force row level security;

create policy system on idempotency_keys to plinth_system using (true) with check (true);
create policy tenant on idempotency_keys to plinth_tenant
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

grant select, insert, update, delete on idempotency_keys to plinth_tenant, plinth_system;
