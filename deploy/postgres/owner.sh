#!/bin/sh
# The owner of the tables, as whom migrations and an operator's commands come. It is no superuser, and may make the roles
# of the components. This runs once, when the volume is empty; a volume from before has a superuser of that name.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$OWNER_PASSWORD" -v may="${OWNER_MAY:-CREATEROLE}" \
	--username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<-'SQL'
	CREATE ROLE larder LOGIN :may PASSWORD :'password';
	ALTER DATABASE larder OWNER TO larder;
	REVOKE CONNECT, TEMPORARY ON DATABASE larder FROM PUBLIC;
SQL
