#!/bin/sh
# The grocery app is a separate program: its role sees only its own database. This runs once, when
# the volume is empty.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$GROCERY_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<-'SQL'
	CREATE ROLE grocery LOGIN PASSWORD :'password';
	CREATE DATABASE grocery OWNER grocery;
	REVOKE CONNECT ON DATABASE grocery FROM PUBLIC;
SQL
