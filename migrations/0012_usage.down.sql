drop table credit_reservations;
drop table credit_grants;
drop table credit_months;
drop table meter_events;
drop table usage_daily;
drop table usage_events;
