package e2e_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/embedded/postgresserver"
	"larder.dev/internal/postgresroles"
	"larder.dev/test/larder"
)

// A server whose owner is its superuser, with a running Larder on it, is taken over by the
// runbook's command: afterwards nobody connects as a superuser, nothing is lost, and migrations,
// rebuilds and new role passwords work.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	postgres, err := postgresserver.Start(t.Context(), postgresserver.Options{
		Dir: filepath.Join(t.TempDir(), "postgres"), TCP: true, Log: slog.New(slog.DiscardHandler), Settings: map[string]string{"fsync": "off"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = postgres.Stop(context.WithoutCancel(t.Context())) })
	super := larder.Postgres(t, postgres.URL("postgres"))
	for _, name := range []string{"larder", "larder_backup", "groceries"} {
		_, err := super.Exec(t.Context(), "CREATE DATABASE "+name)
		require.NoError(t, err)
	}
	var passwords []string
	for _, component := range postgresroles.With() {
		passwords = append(passwords, component+"="+rand.Text())
	}
	server := larder.Start(t, "LARDER_POSTGRES_URL="+postgres.URL("larder"), "LARDER_BACKUP_POSTGRES_URL="+postgres.URL("larder_backup"),
		"LARDER_GROCERY_POSTGRES_URL="+postgres.URL("groceries"), "LARDER_ROLE_PASSWORDS="+strings.Join(passwords, ";"))
	ada := server.AddUser(t, "ada", "--grocery")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	ada.Do(t, http.MethodGet, "/api/imports", nil).Want(t, http.StatusOK) // the importer connects when it is needed
	require.Subset(t, whoComes(t, postgres), postgresroles.Names(), "each component comes as itself")

	scripts, _ := runbook(t, "superuser.md", "")
	require.Len(t, scripts, 1)
	out, err := server.Shell(t, scripts[0])
	require.NoError(t, err, out)
	require.Equal(t, 3, strings.Count(out, "has an owner who is no superuser"), out)
	for _, database := range []string{"larder", "larder_backup", "groceries"} {
		owner := larder.Postgres(t, postgres.URL(database))
		var supers, others int
		require.NoError(t, owner.QueryRow(t.Context(), `SELECT count(*) FROM pg_roles WHERE rolsuper AND rolname = current_user`).Scan(&supers))
		require.Zero(t, supers, database)
		require.NoError(t, owner.QueryRow(t.Context(), `SELECT count(*) FROM pg_class WHERE relowner <> current_user::regrole
			AND relnamespace::regnamespace::text IN ('public', 'larder_rebuild')`).Scan(&others))
		require.Zero(t, others, database)
	}

	stew, _ := ada.Create(t, larder.Named("Stew"))
	server.MustRun(t, "", "rebuild", "replica")
	server.Stop(t)
	server.Start(t) // it migrates, and sets the roles' passwords, as the owner
	for _, recipe := range []larder.Recipe{soup, stew} {
		require.Equal(t, recipe, ada.Get(t, recipe.ID).Want(t, http.StatusOK).Recipe(t))
	}
	server.CaughtUp(t)
	server.MustRun(t, "", "backup", "verify", "--max-lag", "1m")
	var left int
	require.NoError(t, super.QueryRow(t.Context(), `SELECT count(*) FROM pg_roles
		WHERE rolname = 'larder_taking_over' OR rolsuper AND rolname <> 'postgres'`).Scan(&left))
	require.Zero(t, left)
	out, err = server.Shell(t, scripts[0])
	require.NoError(t, err, out)
	require.Contains(t, out, "no owner is a superuser")
}

// whoComes returns the roles connected to a server.
func whoComes(t *testing.T, postgres *postgresserver.Server) []string {
	t.Helper()
	rows, err := larder.Postgres(t, postgres.URL("larder")).Query(t.Context(), `SELECT DISTINCT usename FROM pg_stat_activity WHERE usename IS NOT NULL`)
	require.NoError(t, err)
	var names []string
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}
