-- The head of a chain moves only over an event that stands there. Until now the right to move it by one was enough, and an
-- injected statement could move it over nothing and so break its own tenant's chain.
--
-- The event is therefore written first and the head moved after it, so one statement inserts one event.
create or replace function chain_audit_event() returns trigger language plpgsql as $$
declare
  head public.audit_heads;
begin
  select * into head from public.audit_heads where tenant_id = new.tenant_id for update;
  if not found then
    insert into public.audit_heads (tenant_id) values (new.tenant_id) on conflict do nothing;
    select * into strict head from public.audit_heads where tenant_id = new.tenant_id for update;
  end if;
  new.seq := head.seq + 1;
  new.prev_hash := head.hash;
  if new.at is null or current_user = 'plinth_tenant' then
    new.at := pg_catalog.clock_timestamp();
  end if;
  new.hash := public.audit_hash(new);
  return new;
end
$$;

create function move_audit_head() returns trigger language plpgsql as $$
begin
  update public.audit_heads set seq = new.seq, hash = new.hash where tenant_id = new.tenant_id;
  return null;
end
$$;

create trigger move_head after insert on audit_events for each row execute function move_audit_head();

-- Where a chain begins is decided here, whatever the caller says.
create function begin_audit_chain() returns trigger language plpgsql as $$
begin
  new.seq := 0;
  new.hash := pg_catalog.sha256(pg_catalog.convert_to('plinth.audit.v1:' || new.tenant_id, 'UTF8'));
  new.base_seq := 0;
  new.base_hash := new.hash;
  return new;
end
$$;

create trigger begins before insert on audit_heads for each row execute function begin_audit_chain();

create or replace function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if current_setting('app.audit_retention', true) = 'on'
    and pg_catalog.pg_has_role(current_user, (select relowner from pg_catalog.pg_class where oid = tg_relid), 'member') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  -- Writing an event moves the head to it, and nothing else does.
  if tg_table_name = 'audit_heads' and tg_op = 'UPDATE' then
    if (new.tenant_id, new.seq, new.base_seq, new.base_hash) is not distinct from (old.tenant_id, old.seq + 1, old.base_seq, old.base_hash)
      and exists (
        select from public.audit_events e
        where e.tenant_id = new.tenant_id and e.seq = new.seq and e.hash = new.hash and e.prev_hash = old.hash
      ) then
      return new;
    end if;
  end if;
  raise exception using
    errcode = 'insufficient_privilege',
    message = pg_catalog.format('%s is append-only: %s refused', tg_table_name, tg_op);
end
$$;

revoke insert, update on audit_heads from plinth_tenant, plinth_system;
grant insert (tenant_id), update (seq, hash) on audit_heads to plinth_tenant, plinth_system;
