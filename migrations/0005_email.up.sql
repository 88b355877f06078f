-- Mails to be sent, and those that were: written with the change they tell of, sent by a job.

create table emails (
  id uuid primary key,
  kind text not null,
  recipient text not null,
  subject text not null,
  -- Emptied once a mail has left for a real mailbox: they hold links that open accounts.
  text_body text not null,
  html_body text not null,
  -- The same on every attempt, so that a mail server or reader can tell a repetition.
  message_id text,
  -- Links in it are worthless afterwards, so it is not sent then.
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  failed_at timestamptz,
  error text,
  -- The mail server took it once and did not say whether it will send it.
  unconfirmed_at timestamptz,
  check (sent_at is null or failed_at is null)
);

create index emails_by_age on emails (created_at desc, id desc);
create index emails_of_recipient on emails (recipient, created_at desc);

-- Whoever changes something may tell people about it; what was told is read by the worker alone.
alter table emails enable row level security, force row level security;

create policy system on emails to plinth_system using (true) with check (true);
create policy telling on emails for insert to plinth_tenant, plinth_user with check (true);

grant select, insert, update, delete on emails to plinth_system;
grant insert (id, kind, recipient, subject, text_body, html_body, expires_at) on emails to plinth_tenant, plinth_user;
