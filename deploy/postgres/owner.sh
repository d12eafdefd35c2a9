#!/bin/sh
# The owner of the tables, used by migrations and an operator's commands. It isn't a superuser, but
# may create the components' roles. This runs once, when the volume is empty; older volumes have a
# superuser of that name.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$OWNER_PASSWORD" -v may="${OWNER_MAY:-CREATEROLE}" \
	--username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<-'SQL'
	CREATE ROLE larder LOGIN :may PASSWORD :'password';
	ALTER DATABASE larder OWNER TO larder;
	REVOKE CONNECT, TEMPORARY ON DATABASE larder FROM PUBLIC;
SQL
