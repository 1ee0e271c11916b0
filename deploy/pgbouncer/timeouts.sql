-- What the server asks for each of its connections (`statement_time_max`), and PgBouncer drops: as
-- the account's own. Run as a superuser, once.
ALTER ROLE pynomaly SET statement_timeout = '10s';
ALTER ROLE pynomaly SET lock_timeout = '10s';
ALTER ROLE pynomaly SET idle_in_transaction_session_timeout = '10s';
