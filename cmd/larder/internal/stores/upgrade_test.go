package stores_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/embedded/postgresserver"
	"larder.dev/internal/testkit"
)

// A folder from before roles, with one superuser for everything, is migrated at the next start:
// then only the embedded server itself uses the superuser, and each component can read the existing
// data.
func TestFolderOfASuperuserIsTakenOver(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	log := slog.New(slog.DiscardHandler)
	dir := t.TempDir()
	old, err := postgresserver.Start(ctx, postgresserver.Options{Dir: filepath.Join(dir, "postgres"), Log: log})
	require.NoError(t, err)
	ask(t, old.URL("postgres"), `CREATE DATABASE larder`)
	require.NoError(t, commandapi.Migrate(ctx, old.URL("larder"), log))
	ask(t, old.URL("larder"), `INSERT INTO user_changes VALUES (gen_random_uuid(), 7)`)
	require.NoError(t, old.Stop(ctx))

	opened, err := stores.Open(ctx, stores.Options{Dir: dir, Log: log})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, opened.Close()) })
	for _, url := range []string{opened.PostgresURL, opened.BackupPostgresURL} {
		require.NoError(t, commandapi.Migrate(ctx, url, log))
		require.Equal(t, "f", ask(t, url, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`))
	}
	require.Equal(t, "f", ask(t, opened.GroceryPostgresURL, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`))
	require.Len(t, opened.Roles, 6)
	for component := range opened.Roles {
		if component == "relay" {
			continue // it only reads the ledger
		}
		own := opened.As(component)
		require.Equal(t, "7", ask(t, own.PostgresURL, `SELECT change FROM user_changes`), component)
		require.Equal(t, "0", ask(t, own.BackupPostgresURL, `SELECT count(*) FROM user_changes`), component)
	}
}

// ask returns a query's first value, "" if there is none.
func ask(t *testing.T, url, query string) string {
	t.Helper()
	ctx := testkit.Context(t)
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer conn.Close(context.WithoutCancel(ctx))
	results, err := conn.PgConn().Exec(ctx, query).ReadAll()
	require.NoError(t, err)
	if len(results) == 0 || len(results[0].Rows) == 0 {
		return ""
	}
	return string(results[0].Rows[0][0])
}
