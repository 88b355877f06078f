drop policy colleague on users;
drop policy member on tenants;
drop table tenant_limits;
drop table invitations;
drop table memberships;
drop function keep_an_owner();
drop table tenants;
