revoke insert (tenant_id), update (seq, hash) on audit_heads from plinth_tenant, plinth_system;
grant insert, update on audit_heads to plinth_tenant, plinth_system;

drop trigger begins on audit_heads;
drop function begin_audit_chain();
drop trigger move_head on audit_events;
drop function move_audit_head();

create or replace function chain_audit_event() returns trigger language plpgsql as $$
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

create or replace function refuse_audit_change() returns trigger language plpgsql as $$
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
