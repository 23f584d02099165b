#!/bin/sh
# The login of the running gateway: no superuser, not the owner of the tables, and without rights of its own.
# `npm run db:migrate` (as the owner) grants it the gateway's roles, which it must enter for each transaction.
set -e
psql -v ON_ERROR_STOP=1 -U postgres -d "$POSTGRES_DB" -v password="$GATEWAY_DB_PASSWORD" <<'SQL'
CREATE ROLE gateway_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
SQL
