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
    begin
      execute format('create role %I nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls', name);
    exception
      -- Another database of this cluster was migrated first, or is being migrated now.
      when duplicate_object or unique_violation then null;
    end;
  end loop;

  foreach name in array array['plinth_tenant', 'plinth_user', 'plinth_system'] loop
    if not pg_has_role('plinth_app', name, 'member') then
      begin
        execute format('grant %I to plinth_app', name);
      exception
        when unique_violation then null;
      end;
    end if;
  end loop;

  -- The migrating login is also the application's login in small installations; it must be able to drop to plinth_app.
  if not pg_has_role(current_user, 'plinth_app', 'member') then
    execute format('grant plinth_app to %I', current_user);
  end if;
end
$$;

revoke all on schema public from public;
grant usage on schema public to plinth_app, plinth_tenant, plinth_user, plinth_system;
