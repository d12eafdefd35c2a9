//go:build passwords

package parts_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/embedded/postgresserver"
	"larder.dev/internal/postgresroles"
	"larder.dev/internal/testkit"
	"larder.dev/internal/testkit/servers"
	"larder.dev/test/larder"
)

// The components' role passwords are changed with the runbook's commands while cooks write and
// read: no request fails, and the old ones are invalid afterwards. Then they are changed back, from
// the second logins to the first.
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
	steps := secretSteps(t, "Passwords of the components' roles")

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
				parts.Take(name).Stop(t)
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

// Redis' password is changed with the runbook's commands while cooks write and read: no request
// fails, nobody is logged out, and the old one is invalid afterwards.
func TestRedisPasswordIsChanged(t *testing.T) {
	t.Parallel()
	server, err := servers.StartRedis(t.Context(), filepath.Join(t.TempDir(), "redis"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Stop() })
	old, young := strings.ToLower(rand.Text()), strings.ToLower(rand.Text())
	by := func(password string) string { return strings.Replace(server.URL, "://", "://default:"+password+"@", 1) }
	require.NoError(t, larder.Redis(t, server.URL).Do(t.Context(), "ACL", "SETUSER", "default", "resetpass", ">"+old).Err())
	parts := larder.NewPartsOnRedis(t, by(old))
	parts.Migrate(t)
	parts.Start(t)
	every := []string{"command-api", "query-api", "projectors", "file-service"}
	for _, component := range every {
		parts.Launch(t, component+"-2").Ready(t)
	}
	load := startLoad([]*larder.Client{parts.AddUser(t, "ada"), parts.AddUser(t, "ben")})
	steps := secretSteps(t, "Redis' password")
	given := redisCLI(t) + "OLD_REDIS_URL=" + by(old) + " NEW_REDIS_URL=" + by(young) + " OLD_REDIS_PASSWORD=" + old + " NEW_REDIS_PASSWORD=" + young + "\n"
	out, err := parts.Shell(t, given+steps[0])
	require.NoError(t, err, out)
	load.more(t)
	parts.RedisAt(by(young))
	for _, component := range every {
		for _, name := range []string{component, component + "-2"} {
			parts.Take(name).Stop(t)
			load.more(t)
			parts.Launch(t, name).Ready(t)
		}
	}
	require.NoError(t, larder.Redis(t, by(old)).Ping(t.Context()).Err(), "the old one is good until the last step")
	out, err = parts.Shell(t, given+steps[1])
	require.NoError(t, err, out)
	require.Contains(t, out, "PONG")
	require.ErrorContains(t, larder.Redis(t, by(old)).Ping(t.Context()).Err(), "WRONGPASS")
	load.more(t)
	load.stop()
	require.Empty(t, load.failures(), "requests failed")
	parts.CaughtUp(t)
	load.everywhereOnce(t, parts)
}

// redisCLI lets a script find redis-cli and its libraries if they came with the tests' server
// rather than being installed.
func redisCLI(t *testing.T) string {
	t.Helper()
	program, err := exec.CommandContext(t.Context(), filepath.Join(larder.Root(), "scripts", "redis"), "fetch").Output()
	require.NoError(t, err)
	return fmt.Sprintf("redis-cli() { PATH=$PATH:%[1]s/usr/bin LD_LIBRARY_PATH=$(echo %[1]s/usr/lib/*-linux-gnu*) command redis-cli \"$@\"; }\n",
		filepath.Dir(strings.TrimSpace(string(program))))
}

// secretSteps returns the commands in a section of the runbook about secrets.
func secretSteps(t *testing.T, title string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(larder.Root(), "deploy", "runbooks", "secrets.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## "+title+"\n")
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

// enter connects to the database with a login of the query API's role, and checks the role.
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
