-- Answers kept for repeated requests of a person outside of any tenant, such as making one. Like idempotency_keys, which
-- needs a tenant in its key.

create table user_idempotency_keys (
  user_id uuid not null references users (id) on delete cascade,
  -- Method and pattern of the route.
  route text not null,
  key text not null check (length(key) between 1 and 255),
  fingerprint bytea not null check (length(fingerprint) = 32),
  status integer not null,
  body text,
  headers jsonb not null,
  answered_at timestamptz not null,
  primary key (user_id, route, key)
);

create index user_idempotency_keys_by_age on user_idempotency_keys (answered_at);

alter table user_idempotency_keys enable row level security, force row level security;

create policy system on user_idempotency_keys to plinth_system using (true) with check (true);
create policy self on user_idempotency_keys to plinth_user
  using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
  with check (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update on user_idempotency_keys to plinth_user;
grant select, delete on user_idempotency_keys to plinth_system;
