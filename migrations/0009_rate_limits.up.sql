-- Counters of limits that guard security, shared by all replicas when there is no Redis.
-- Unlogged: a counter lives for minutes, and after a crash an empty table only gives everybody their points back.
-- The columns and their order are what rate-limiter-flexible expects.
CREATE UNLOGGED TABLE rate_limits (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);

COMMENT ON TABLE rate_limits IS 'Counters of security limits; key is bucket:subject, expire is in milliseconds since 1970.';

GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO plinth_app;
