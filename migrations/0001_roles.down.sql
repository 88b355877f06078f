-- The roles stay: other databases of the cluster may use them, and without grants they can do nothing.
revoke usage on schema public from plinth_app, plinth_tenant, plinth_user, plinth_system;
grant usage on schema public to public;
