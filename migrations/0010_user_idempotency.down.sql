drop table user_idempotency_keys;
