-- The four roles that queries run as. They are shared by all databases of a cluster, cannot sign in, own
-- nothing and cannot bypass row security.
--
--   plinth_app     every pooled connection drops to it when it opens; it sees no tenant and no person
--   plinth_tenant  one tenant: rows whose tenant_id is app.tenant_id
--   plinth_user    one person: rows whose user_id is app.user_id
--   plinth_system  all rows, for the few reviewed paths that must see several tenants (sign-in, jobs)
do $$
declare
  name text;
begin
  foreach name in array array['plinth_app', 'plinth_tenant', 'plinth_user', 'plinth_system'] loop
    -- Asked first, because a login that may not create roles may still migrate where they exist.
    if not exists (select 1 from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls', name);
      exception
        -- Another database of this cluster is being migrated at this moment.
        when duplicate_object or unique_violation then null;
      end;
    end if;
  end loop;

  foreach name in array array['plinth_tenant', 'plinth_user', 'plinth_system'] loop
    if not exists (
      select 1 from pg_auth_members
      where roleid = (select oid from pg_roles where rolname = name)
        and member = (select oid from pg_roles where rolname = 'plinth_app')
    ) then
      begin
        execute format('grant %I to plinth_app', name);
      exception
        when unique_violation then null;
      end;
    end if;
  end loop;

  -- In small installations the migrating login is also the application's, and must be able to drop to plinth_app.
  -- From PostgreSQL 16 on, having created the role is not enough for that.
  if not (select rolsuper from pg_roles where rolname = current_user) then
    begin
      execute format('grant plinth_app to %I', current_user);
    exception
      when unique_violation then null;
      when insufficient_privilege then
        if not pg_has_role(current_user, 'plinth_app', 'member') then
          raise exception using
            errcode = 'insufficient_privilege',
            message = format('the login %I may not become plinth_app', current_user),
            hint = format('Let a superuser run: grant plinth_app to %I;', current_user);
        end if;
    end;
  end if;
end
$$;

revoke all on schema public from public;
grant usage on schema public to plinth_app, plinth_tenant, plinth_user, plinth_system;
