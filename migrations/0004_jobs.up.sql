-- The queue. Its tables are pg-boss's own and are installed just before this file; here is who may do what with them.

revoke all on schema pgboss from public;
grant usage on schema pgboss to plinth_app, plinth_tenant, plinth_user, plinth_system;
grant select, insert, update, delete on all tables in schema pgboss to plinth_app, plinth_system;
-- A newer pg-boss brings new tables.
alter default privileges in schema pgboss grant select, insert, update, delete on tables to plinth_app, plinth_system;

-- A request only ever adds work. It cannot see, change or repeat anybody's, and a tenant's only for itself: the worker
-- opens the transaction of the tenant that the job names.
grant insert on pgboss.job to plinth_tenant, plinth_user;

alter table pgboss.job enable row level security;

create policy worker on pgboss.job to plinth_app, plinth_system using (true) with check (true);
create policy tenant on pgboss.job for insert to plinth_tenant
  with check (
    group_id = (select nullif(current_setting('app.tenant_id', true), ''))
    and data ->> 'tenant_id' = (select nullif(current_setting('app.tenant_id', true), ''))
  );
create policy person on pgboss.job for insert to plinth_user
  with check (group_id is null and data ->> 'tenant_id' is null);

-- Whoever enqueues a job introduces its queue, so that no process has to have started before. pg-boss writes names of
-- queues and tables into its own statements, hence the check.
grant insert (
  name, policy, retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, retention_seconds,
  deletion_seconds, dead_letter, partition, table_name, heartbeat_seconds
) on pgboss.queue to plinth_tenant, plinth_user;

alter table pgboss.queue enable row level security;

create policy worker on pgboss.queue to plinth_app, plinth_system using (true) with check (true);
create policy introduction on pgboss.queue for insert to plinth_tenant, plinth_user
  with check (name ~ '^[a-zA-Z0-9_.-]{1,100}$' and policy = 'standard' and not partition and table_name = 'job_common' and dead_letter = 'dead-letters');

-- Expired leases are looked for every few seconds, among days of finished jobs.
create index job_active on pgboss.job_common (heartbeat_on) where state = 'active';

-- Where jobs go that failed on their last attempt. Nothing works this queue; people do.
insert into pgboss.queue (name, policy, retry_limit, retry_delay, retry_backoff, expire_seconds, retention_seconds, deletion_seconds, partition, table_name)
values ('dead-letters', 'standard', 0, 0, false, 900, 31536000, 31536000, false, 'job_common')
on conflict do nothing;
