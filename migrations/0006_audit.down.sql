drop table account_events;
drop function audit_hash(audit_events);
drop table audit_events;
drop table audit_heads;
drop function chain_audit_event();
drop function refuse_audit_change();
