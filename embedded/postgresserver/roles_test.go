package postgresserver

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// A database that the superuser created, with all its contents, becomes the owner's, who isn't a
// superuser; nobody else may connect.
func TestDatabaseGetsAnOwner(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	server := startServer(t, t.TempDir())
	execute(t, connect(t, server.URL("postgres")), "CREATE DATABASE old")
	old := connect(t, server.URL("old"))
	execute(t, old, `CREATE TABLE kept AS SELECT 1; CREATE TABLE counted (id bigserial); CREATE SEQUENCE alone; CREATE SCHEMA other;
		CREATE TABLE other.one (a int); CREATE VIEW seen AS SELECT 1 AS one;
		CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'`)
	require.NoError(t, server.EnsureRoles(ctx, "owner", "guest", "stranger"))
	for range 2 {
		require.NoError(t, server.EnsureDatabase(ctx, "old", "owner"))
	}
	require.NoError(t, server.EnsureDatabase(ctx, "new", "owner", "guest"))

	owner := connect(t, server.URLOf("owner", "old"))
	execute(t, owner, `INSERT INTO counted DEFAULT VALUES; SELECT setval('alone', 7); DROP VIEW seen; ALTER TABLE kept ADD COLUMN b int;
		DROP FUNCTION answer(); DROP SCHEMA other CASCADE; CREATE SCHEMA fresh; CREATE TABLE made (a int)`)
	var super bool
	require.NoError(t, owner.QueryRow(ctx, "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = 'owner'").Scan(&super))
	require.False(t, super)
	execute(t, connect(t, server.URLOf("owner", "new")), "CREATE TABLE made (a int)")
	require.NoError(t, connect(t, server.URLOf("guest", "new")).Ping(ctx))
	_, err := pgx.Connect(ctx, server.url("owner", server.passwordOf("stranger"), "old"))
	require.ErrorContains(t, err, "password authentication failed")
	for _, database := range []string{"old", "new", "postgres", "template1"} {
		require.NoError(t, connect(t, server.URLOf("guest", "new")).Ping(ctx))
		_, err := pgx.Connect(ctx, server.URLOf("stranger", database))
		require.ErrorContains(t, err, "permission denied for database", database)
	}
}
