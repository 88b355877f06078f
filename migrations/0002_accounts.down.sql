drop table registrations;
drop table one_time_tokens;
drop table refresh_tokens;
drop table sessions;
drop table users;
