-- Who did what. Rows are added in the transaction of what they tell of, and never change.
--
-- Each tenant's events are a chain: every row contains the hash of the one before it, and audit_heads holds the last.
-- Whoever changes, deletes, moves or cuts off rows leaves a break that names the place.

create table audit_heads (
  tenant_id uuid primary key,
  seq bigint not null check (seq >= 0),
  hash bytea not null check (length(hash) = 32),
  -- Where the chain begins: moved up when old events are taken away on purpose.
  base_seq bigint not null check (base_seq >= 0),
  base_hash bytea not null check (length(base_hash) = 32)
);

-- No foreign key to tenants: its check would wait for the tenant's row while this event holds the head of the chain,
-- and whoever holds the tenant's row records events too. The trail also outlives the tenant.
create table audit_events (
  tenant_id uuid not null,
  seq bigint not null,
  id uuid not null,
  at timestamptz not null,
  action text not null check (action ~ '^[a-z][a-z_]*(\.[a-z][a-z_]*)+$'),
  result text not null check (result in ('success', 'failure')),
  actor_type text not null check (actor_type in ('user', 'api_key', 'system', 'staff')),
  -- The person or key; null for the system.
  actor_id uuid,
  actor_name text,
  -- The member of staff who acted as that person.
  impersonator_id uuid,
  target_type text,
  target_id text,
  details jsonb not null check (jsonb_typeof(details) = 'object'),
  ip text not null,
  user_agent text not null,
  request_id text not null,
  prev_hash bytea not null check (length(prev_hash) = 32),
  hash bytea not null check (length(hash) = 32),
  primary key (tenant_id, seq),
  unique (tenant_id, id),
  check ((target_type is null) = (target_id is null))
);

create index audit_events_by_action on audit_events (tenant_id, action, seq);
create index audit_events_by_actor on audit_events (tenant_id, actor_id, seq);
create index audit_events_by_time on audit_events (tenant_id, at);

-- What a person did or what befell their account, in no tenant: sign-ins, passwords, sessions.
create table account_events (
  user_id uuid not null,
  id uuid not null,
  at timestamptz not null default clock_timestamp(),
  action text not null check (action ~ '^[a-z][a-z_]*(\.[a-z][a-z_]*)+$'),
  result text not null check (result in ('success', 'failure')),
  details jsonb not null check (jsonb_typeof(details) = 'object'),
  ip text not null,
  user_agent text not null,
  request_id text not null,
  primary key (user_id, id)
);

-- SHA-256 over a JSON array, which no two different events share and which anybody can build again. Times are written in
-- UTC to the microsecond, so that the result does not depend on the session.
create function audit_hash(event audit_events) returns bytea language sql stable as $$
  select pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(
    'plinth.audit.v1',
    pg_catalog.encode(event.prev_hash, 'hex'),
    event.tenant_id,
    event.seq,
    event.id,
    pg_catalog.to_char(pg_catalog.timezone('UTC', event.at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    event.action,
    event.result,
    event.actor_type,
    event.actor_id,
    event.actor_name,
    event.impersonator_id,
    event.target_type,
    event.target_id,
    event.details,
    event.ip,
    event.user_agent,
    event.request_id
  )::text, 'UTF8'))
$$;

-- The head's lock puts a tenant's events in one order, whoever writes them at once; it is held until commit, and
-- therefore events are recorded last. Place and hashes are decided here, whatever the caller says; so is the time, unless
-- the system tells of something that happened earlier.
create function chain_audit_event() returns trigger language plpgsql as $$
declare
  head public.audit_heads;
  genesis constant bytea := pg_catalog.sha256(pg_catalog.convert_to('plinth.audit.v1:' || new.tenant_id, 'UTF8'));
begin
  select * into head from public.audit_heads where tenant_id = new.tenant_id for update;
  if not found then
    insert into public.audit_heads (tenant_id, seq, hash, base_seq, base_hash)
      values (new.tenant_id, 0, genesis, 0, genesis)
      on conflict do nothing;
    select * into strict head from public.audit_heads where tenant_id = new.tenant_id for update;
  end if;
  new.seq := head.seq + 1;
  new.prev_hash := head.hash;
  if new.at is null or current_user = 'plinth_tenant' then
    new.at := pg_catalog.clock_timestamp();
  end if;
  new.hash := public.audit_hash(new);
  update public.audit_heads set seq = new.seq, hash = new.hash where tenant_id = new.tenant_id;
  return new;
end
$$;

create trigger chain before insert on audit_events for each row execute function chain_audit_event();

-- The application's roles have no right to change events. This holds for the owner as well, who must say that old
-- events are taken away on purpose: set_config('app.audit_retention', 'on', true).
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if current_setting('app.audit_retention', true) = 'on'
    and pg_catalog.pg_has_role(current_user, (select relowner from pg_catalog.pg_class where oid = tg_relid), 'member') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  -- Writing an event moves the head by one, and nothing else does.
  if tg_table_name = 'audit_heads' and tg_op = 'UPDATE' then
    if (new.tenant_id, new.seq, new.base_seq, new.base_hash) is not distinct from (old.tenant_id, old.seq + 1, old.base_seq, old.base_hash) then
      return new;
    end if;
  end if;
  raise exception using
    errcode = 'insufficient_privilege',
    message = pg_catalog.format('%s is append-only: %s refused', tg_table_name, tg_op);
end
$$;

create trigger append_only before update or delete on audit_events for each row execute function refuse_audit_change();
create trigger append_only before update or delete on audit_heads for each row execute function refuse_audit_change();
create trigger append_only before update or delete on account_events for each row execute function refuse_audit_change();
create trigger not_emptied before truncate on audit_events for each statement execute function refuse_audit_change();
create trigger not_emptied before truncate on audit_heads for each statement execute function refuse_audit_change();
create trigger not_emptied before truncate on account_events for each statement execute function refuse_audit_change();

alter table audit_heads enable row level security, force row level security;
alter table audit_events enable row level security, force row level security;
alter table account_events enable row level security, force row level security;

create policy system on audit_heads to plinth_system using (true) with check (true);
create policy tenant on audit_heads to plinth_tenant
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

create policy system on audit_events to plinth_system using (true) with check (true);
create policy tenant on audit_events to plinth_tenant
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

create policy system on account_events to plinth_system using (true) with check (true);
create policy self on account_events to plinth_user
  using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
  with check (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
-- In a tenant's transaction a person may do what concerns their account, for example confirm their password.
create policy self_in_tenant on account_events for insert to plinth_tenant
  with check (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update on audit_heads to plinth_tenant, plinth_system;
grant select, insert on audit_events to plinth_tenant, plinth_system;
grant select, insert on account_events to plinth_user, plinth_system;
grant insert on account_events to plinth_tenant;
