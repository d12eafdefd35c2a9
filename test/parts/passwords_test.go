//go:build passwords

package parts_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/embedded/postgresserver"
	"larder.dev/internal/postgresroles"
	"larder.dev/internal/testkit"
	"larder.dev/test/larder"
)

// The passwords of the components' roles are changed by the runbook's commands while cooks write and read: no request fails,
// and nobody gets in by the old ones afterwards. Then they are changed back, from the second logins to the first.
func TestRolePasswordsAreChanged(t *testing.T) {
	t.Parallel()
	server, err := postgresserver.Start(t.Context(), postgresserver.Options{
		Dir: filepath.Join(t.TempDir(), "postgres"), TCP: true, Log: slog.New(slog.DiscardHandler),
		Settings: map[string]string{"fsync": "off", "max_connections": "200"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Stop(context.WithoutCancel(t.Context())) })
	parts := larder.NewPartsOnPostgres(t, server.URL("postgres"))
	parts.Migrate(t)
	parts.Start(t)
	every := append(components(), "file-service")
	for _, component := range every {
		parts.Launch(t, component+"-2").Ready(t)
	}
	load := startLoad([]*larder.Client{parts.AddUser(t, "ada"), parts.AddUser(t, "ben")})
	steps := passwordSteps(t)

	before, was := "", testkit.RolePassword
	for _, login := range []string{"_2", ""} {
		password := strings.ToLower(rand.Text())
		var roles []string
		for _, component := range postgresroles.With() {
			roles = append(roles, component+login+"="+password)
		}
		given := "NEW_ROLE_PASSWORDS='" + strings.Join(roles, ";") + "'\n"
		out, err := parts.Shell(t, given+steps[0])
		require.NoError(t, err, out)
		load.more(t)
		parts.ComeBy(login, password)
		for _, component := range every {
			for _, name := range []string{component, component + "-2"} {
				parts.Retire(t, name)
				load.more(t)
				parts.Launch(t, name).Ready(t)
			}
		}
		require.NoError(t, enter(t, parts, before, was), "the old login is good until the last step")
		out, err = parts.Shell(t, given+steps[1])
		require.NoError(t, err, out)
		require.ErrorContains(t, enter(t, parts, before, was), "password authentication failed")
		require.NoError(t, enter(t, parts, login, password))
		load.more(t)
		before, was = login, password
	}
	load.stop()
	require.Empty(t, load.failures(), "requests failed")
	parts.CaughtUp(t)
	parts.MustRun(t, "", "rebuild", "replica")
	load.everywhereOnce(t, parts)
}

// passwordSteps are the runbook's commands for the passwords of roles.
func passwordSteps(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(larder.Root(), "deploy", "runbooks", "secrets.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## Passwords of the components' roles\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var steps []string
	for _, part := range slices.Collect(strings.SplitSeq(section, "```sh\n"))[1:] {
		script, _, closed := strings.Cut(part, "```")
		require.True(t, closed)
		steps = append(steps, script)
	}
	require.Len(t, steps, 2)
	return steps
}

// enter tries to come to the database by a login of the query API's role, and is the role then.
func enter(t *testing.T, parts *larder.Parts, login, password string) error {
	t.Helper()
	address, err := postgresroles.Address(parts.RunFile(t).PostgresURL, postgresroles.QueryAPI+login, password)
	require.NoError(t, err)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var role string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT current_user`).Scan(&role))
	require.Equal(t, postgresroles.QueryAPI, role)
	return nil
}
