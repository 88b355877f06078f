-- People, their sessions and the secrets that prove a mailbox. A person is global: one login for all tenants.

create table users (
  id uuid primary key,
  -- Lower-case ASCII, as normalised by the application.
  email text not null unique check (email = lower(email) and length(email) <= 254),
  full_name text not null check (length(full_name) between 1 and 200),
  -- Null for people who only sign in by other means.
  password_hash text,
  email_verified_at timestamptz,
  status text not null default 'active' check (status in ('active', 'suspended')),
  platform_role text check (platform_role in ('staff')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- One row per sign-in: a device. Its refresh tokens are one family, revoked together.
create table sessions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  -- Last proof of identity in this session, for actions that ask for a recent one.
  authenticated_at timestamptz not null default now(),
  -- Sliding never passes this.
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoke_reason text,
  ip text not null,
  user_agent text not null,
  -- The tenant that a refresh without a slug returns to.
  last_tenant_id uuid
);

create index sessions_of_user on sessions (user_id) where revoked_at is null;

create table refresh_tokens (
  token_hash bytea primary key check (length(token_hash) = 32),
  session_id uuid not null references sessions (id) on delete cascade,
  -- The successor is derived from the presented token, this salt and a server key; none of them is enough alone.
  salt bytea not null check (length(salt) = 16),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  rotated_at timestamptz,
  successor_hash bytea
);

create index refresh_tokens_of_session on refresh_tokens (session_id);

-- Single-use links. The purpose is part of the key, so that a link for one thing never does another.
create table one_time_tokens (
  purpose text not null check (purpose in ('email_verify', 'password_reset')),
  token_hash bytea not null check (length(token_hash) = 32),
  user_id uuid not null references users (id) on delete cascade,
  -- The address that the link proves: a link sent to an older address proves nothing about the present one.
  email text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (purpose, token_hash)
);

create index one_time_tokens_of_user on one_time_tokens (user_id, purpose);

-- Sign-ups that wait for the mailbox to be proven; only then do the account and the tenant come into being. Each has a
-- link of its own: whoever signs up with somebody else's address changes nothing about a sign-up that waits already.
create table registrations (
  id uuid primary key,
  email text not null check (email = lower(email) and length(email) <= 254),
  full_name text not null,
  password_hash text not null,
  tenant_name text not null,
  tenant_slug text,
  -- Null until the link is mailed.
  token_hash bytea unique check (length(token_hash) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create index registrations_of_address on registrations (email, created_at);

alter table users enable row level security, force row level security;
alter table sessions enable row level security, force row level security;
alter table refresh_tokens enable row level security, force row level security;
alter table one_time_tokens enable row level security, force row level security;
alter table registrations enable row level security, force row level security;

create policy system on users to plinth_system using (true) with check (true);
create policy self on users to plinth_user
  using (id = (select nullif(current_setting('app.user_id', true), '')::uuid))
  with check (id = (select nullif(current_setting('app.user_id', true), '')::uuid));

create policy system on sessions to plinth_system using (true) with check (true);
create policy self on sessions to plinth_user, plinth_tenant
  using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
  with check (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

create policy system on refresh_tokens to plinth_system using (true) with check (true);
create policy system on one_time_tokens to plinth_system using (true) with check (true);
create policy system on registrations to plinth_system using (true) with check (true);

grant select, insert, update, delete on users, sessions, refresh_tokens, one_time_tokens, registrations to plinth_system;

-- Never the password hash.
grant select (id, email, full_name, email_verified_at, status, platform_role, created_at, updated_at) on users to plinth_user, plinth_tenant;
grant update (full_name, updated_at) on users to plinth_user;
grant select on sessions to plinth_user;
grant update (revoked_at, revoke_reason) on sessions to plinth_user;
grant select (id, user_id, expires_at, revoked_at, authenticated_at) on sessions to plinth_tenant;
