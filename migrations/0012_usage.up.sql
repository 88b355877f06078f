-- What tenants use, and the credits they have for it.
--
-- Every use is a row of its own. A job adds it to its day, exactly once, so nobody who works waits for a sum that
-- everybody adds to.

create table usage_events (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  metric text not null check (metric ~ '^[a-z][a-z_]*$'),
  quantity bigint not null check (quantity > 0),
  -- What it was used for: told twice, it counts once. Null for what is never told twice.
  source text check (length(source) between 1 and 200),
  at timestamptz not null,
  -- Whether its day contains it.
  counted boolean not null default false,
  primary key (tenant_id, id)
);

create unique index usage_events_by_source on usage_events (tenant_id, metric, source);
create index usage_events_to_count on usage_events (tenant_id, metric, at) where not counted;
create index usage_events_by_age on usage_events (at) where counted;

create table usage_daily (
  tenant_id uuid not null references tenants (id),
  metric text not null check (metric ~ '^[a-z][a-z_]*$'),
  -- Of UTC.
  day date not null,
  quantity bigint not null check (quantity > 0),
  primary key (tenant_id, metric, day)
);

-- What Stripe's meters are still to be told, and were.
create table meter_events (
  tenant_id uuid not null references tenants (id),
  -- That of the use; Stripe's identifier is made of it, so that sending twice counts once.
  id uuid not null,
  event_name text not null,
  value bigint not null check (value > 0),
  at timestamptz not null,
  state text not null default 'pending' check (state in ('pending', 'sent', 'dropped')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  settled_at timestamptz,
  note text,
  primary key (tenant_id, id)
);

create index meter_events_due on meter_events (next_attempt_at) where state = 'pending';
create index meter_events_settled on meter_events (settled_at) where state <> 'pending';

-- Credits of a calendar month (UTC) beyond those of the plan, and those that are spent.
create table credit_months (
  tenant_id uuid not null references tenants (id),
  month date not null,
  granted bigint not null default 0 check (granted >= 0),
  spent bigint not null default 0 check (spent >= 0),
  primary key (tenant_id, month)
);

create table credit_grants (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  month date not null,
  amount bigint not null check (amount > 0),
  -- Why: told twice, it is granted once.
  source text not null check (length(source) between 1 and 200),
  granted_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, source)
);

-- Credits that are set aside while something runs whose price is known only afterwards.
create table credit_reservations (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  month date not null,
  amount bigint not null check (amount > 0),
  source text not null check (length(source) between 1 and 200),
  state text not null check (state in ('open', 'settled', 'released', 'expired')),
  -- What it came to.
  used bigint check (used >= 0),
  created_at timestamptz not null,
  -- After this moment an open one no longer counts.
  expires_at timestamptz not null,
  settled_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, source),
  check ((state = 'settled') = (used is not null))
);

create index credit_reservations_open on credit_reservations (tenant_id, month) where state = 'open';
create index credit_reservations_expiring on credit_reservations (expires_at) where state = 'open';
create index credit_reservations_by_age on credit_reservations (created_at) where state <> 'open';

do $$
declare
  name text;
begin
  foreach name in array array[
    'usage_events', 'usage_daily', 'meter_events', 'credit_months', 'credit_grants', 'credit_reservations'
  ] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('create policy system on %I to plinth_system using (true) with check (true)', name);
    execute format(
      'create policy tenant on %I to plinth_tenant
         using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
         with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))',
      name
    );
    execute format('grant select, insert, update, delete on %I to plinth_system', name);
  end loop;
end
$$;

-- A tenant adds what it uses and takes nothing of it back. What is summed up, sent or granted is the system's alone.
grant select on usage_events, usage_daily, credit_months, credit_grants, credit_reservations to plinth_tenant;
grant insert (tenant_id, id, metric, quantity, source, at) on usage_events to plinth_tenant;
grant insert (tenant_id, id, event_name, value, at, next_attempt_at) on meter_events to plinth_tenant;
grant insert (tenant_id, month, spent), update (spent) on credit_months to plinth_tenant;
grant insert on credit_reservations to plinth_tenant;
grant update (month, amount, state, used, created_at, expires_at, settled_at) on credit_reservations to plinth_tenant;
