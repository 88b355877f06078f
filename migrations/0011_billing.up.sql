-- What a tenant pays for. All of it is a copy of Stripe's truth, read again under a lock whenever an event hints at a
-- change; no row here is ever changed because of what an event says.

-- What follows from the plan, written from above (billing, staff) and read with every request that names a feature.
create table tenant_entitlements (
  tenant_id uuid primary key references tenants (id),
  plan text not null check (plan ~ '^[a-z][a-z0-9_]*$'),
  -- Stripe's word, or 'none' without a subscription.
  status text not null,
  access text not null check (access in ('full', 'grace', 'none')),
  -- After this moment grace counts as none.
  grace_until timestamptz,
  features text[] not null,
  updated_at timestamptz not null,
  check ((access = 'grace') = (grace_until is not null))
);

-- The customer is the tenant. The row exists before Stripe is asked, so that two who ask at once make one customer.
create table billing_customers (
  tenant_id uuid primary key references tenants (id),
  stripe_customer_id text unique,
  livemode boolean,
  -- How many customers were made so far: part of the idempotency key, so that a deleted one can be followed by another.
  generation integer not null default 1,
  trial_used_at timestamptz,
  -- The fewest seats that an owner asked to pay for; members beyond them are added.
  chosen_seats integer check (chosen_seats between 1 and 100000),
  past_due_since timestamptz,
  created_at timestamptz not null,
  -- On the database's clock, taken before Stripe was read: what was told earlier is contained in what was read.
  synced_at timestamptz
);

create table billing_subscriptions (
  tenant_id uuid not null references tenants (id),
  stripe_subscription_id text not null,
  stripe_customer_id text not null,
  status text not null,
  plan text not null,
  interval text not null check (interval in ('month', 'year')),
  price_id text not null,
  item_id text not null,
  quantity integer not null,
  currency text not null,
  unit_amount bigint not null,
  current_period_start timestamptz not null,
  current_period_end timestamptz not null,
  trial_end timestamptz,
  cancel_at timestamptz,
  canceled_at timestamptz,
  ended_at timestamptz,
  -- A change that waits for the end of the period.
  schedule_id text,
  scheduled_plan text,
  scheduled_interval text,
  scheduled_quantity integer,
  scheduled_at timestamptz,
  default_payment_method text,
  latest_invoice_id text,
  started_at timestamptz not null,
  -- The one that decides what the tenant may use.
  is_current boolean not null,
  synced_at timestamptz not null,
  primary key (tenant_id, stripe_subscription_id)
);

create unique index one_current_subscription on billing_subscriptions (tenant_id) where is_current;

create table billing_checkouts (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  plan text not null,
  interval text not null check (interval in ('month', 'year')),
  quantity integer not null,
  with_trial boolean not null,
  -- Null while Stripe is being asked.
  session_id text,
  url text,
  state text not null check (state in ('open', 'completed', 'expired')),
  created_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id)
);

create unique index one_open_checkout on billing_checkouts (tenant_id) where state = 'open';

create table billing_invoices (
  tenant_id uuid not null references tenants (id),
  stripe_invoice_id text not null,
  subscription_id text,
  number text,
  status text not null,
  billing_reason text,
  currency text not null,
  total bigint not null,
  amount_due bigint not null,
  amount_paid bigint not null,
  hosted_invoice_url text,
  invoice_pdf text,
  period_start timestamptz,
  period_end timestamptz,
  attempt_count integer not null,
  next_payment_attempt timestamptz,
  created_at timestamptz not null,
  paid_at timestamptz,
  primary key (tenant_id, stripe_invoice_id)
);

create index billing_invoices_by_age on billing_invoices (tenant_id, created_at desc, stripe_invoice_id desc);

-- A write at Stripe that was begun. Its id is the idempotency key, so that whoever finishes it after a crash, or asks for
-- the same again, has one effect.
create table billing_operations (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  kind text not null check (kind ~ '^[a-z][a-z_]*$'),
  params_hash bytea not null check (length(params_hash) = 32),
  params jsonb not null,
  state text not null check (state in ('pending', 'done', 'failed')),
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (tenant_id, id)
);

create unique index one_pending_operation on billing_operations (tenant_id, kind) where state = 'pending';

-- Each notice that was mailed, so that an event told twice is a mail sent once.
create table billing_notices (
  tenant_id uuid not null references tenants (id),
  -- What it is about: 'payment_failed:in_123:2'.
  key text not null,
  sent_at timestamptz not null,
  primary key (tenant_id, key)
);

-- The inbox: every validly signed event, kept before it is acknowledged.
create table stripe_events (
  id text primary key check (length(id) <= 255),
  type text not null,
  api_version text,
  livemode boolean,
  account text,
  customer_id text,
  object_id text,
  -- Stripe's clock, one second fine: for people, never for an order.
  created_at timestamptz,
  received_at timestamptz not null,
  state text not null check (state in ('pending', 'done', 'ignored', 'unmatched', 'dead')),
  attempts integer not null default 0,
  settled_at timestamptz,
  -- Why it was ignored or failed.
  note text,
  payload jsonb not null
);

create index stripe_events_open on stripe_events (received_at) where state in ('pending', 'unmatched', 'dead');
create index stripe_events_of_customer on stripe_events (customer_id, received_at desc);
create index stripe_events_by_age on stripe_events (received_at desc, id desc);

-- What each reconciliation found and healed.
create table billing_reconciliations (
  id uuid primary key,
  started_at timestamptz not null,
  finished_at timestamptz,
  customers integer not null default 0,
  drift jsonb not null default '[]' check (jsonb_typeof(drift) = 'array')
);

do $$
declare
  name text;
begin
  foreach name in array array[
    'tenant_entitlements', 'billing_customers', 'billing_subscriptions', 'billing_checkouts', 'billing_invoices',
    'billing_operations', 'billing_notices'
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

alter table stripe_events enable row level security, force row level security;
alter table billing_reconciliations enable row level security, force row level security;
create policy system on stripe_events to plinth_system using (true) with check (true);
create policy system on billing_reconciliations to plinth_system using (true) with check (true);
grant select, insert, update, delete on stripe_events, billing_reconciliations to plinth_system;

-- A tenant sees what it has and begins what an owner asks for. What follows from payment is written by the system alone.
grant select on
  tenant_entitlements, billing_customers, billing_subscriptions, billing_checkouts, billing_invoices, billing_operations
  to plinth_tenant;
grant insert on billing_checkouts, billing_operations to plinth_tenant;
grant update (session_id, url, state, expires_at) on billing_checkouts to plinth_tenant;
grant update (state, settled_at) on billing_operations to plinth_tenant;
grant update (chosen_seats) on billing_customers to plinth_tenant;

insert into tenant_entitlements (tenant_id, plan, status, access, features, updated_at)
  select id, 'free', 'none', 'none', '{}', now() from tenants;
