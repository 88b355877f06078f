-- With everything in it: `up` installs pg-boss again before it grants.
drop schema pgboss cascade;
