package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Each installed shell loads the output of `larder completion`, and completes commands, flags and
// words.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	server := larder.New(t)
	// What a person types before the tab, and the expected completion.
	for shell, script := range map[string]string{
		"bash": `eval "$1"; complete -p larder >/dev/null; COMP_LINE="larder user gr" COMP_POINT=14 "$2"`,
		"zsh":  `eval "$1"; (( $+_comps[larder] )) && COMP_LINE="larder user gr" COMP_POINT=14 "$2"`,
		"fish": `eval (string join \n $argv[1]); complete -C "larder user gr"`,
	} {
		completion := server.MustRun(t, "", "completion", shell).Stdout
		require.Contains(t, completion, larder.Binary(t))
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		words := []string{"-c", script, shell, completion, larder.Binary(t)}
		if shell == "fish" {
			words = []string{"--no-config", "-c", script, completion}
		}
		command := exec.CommandContext(t.Context(), shell, words...)
		command.Env = append(os.Environ(), "HOME="+t.TempDir())
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s: %s", shell, out)
		require.Equal(t, "grant", strings.TrimSpace(string(out)), shell)
	}
	require.Equal(t, 2, server.Run(t, "", "completion", "tcsh").Code)
}

// `larder env` points programs that know nothing of Larder at its stores: each value works, and
// only the folder's owner gets them.
func TestEnvPointsOtherPrograms(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	server.AddUser(t, "ada")
	var env map[string]string
	require.NoError(t, json.Unmarshal([]byte(server.MustRun(t, "", "env", "--json").Stdout), &env))

	query := url.Values{"host": {env["PGHOST"]}, "port": {env["PGPORT"]}, "sslmode": {env["PGSSLMODE"]}}
	database := url.URL{
		Scheme: "postgres", User: url.UserPassword(env["PGUSER"], env["PGPASSWORD"]),
		Path: "/" + env["PGDATABASE"], RawQuery: query.Encode(),
	}
	var users int
	require.NoError(t, larder.Postgres(t, database.String()).QueryRow(t.Context(), "SELECT count(*) FROM users").Scan(&users))
	require.Equal(t, 1, users)
	cache := url.URL{Scheme: "unix", User: url.UserPassword("", env["REDISCLI_AUTH"]), Path: env["REDIS_SOCKET"]}
	require.NoError(t, larder.Redis(t, cache.String()).Ping(t.Context()).Err())
	_, err := larder.JetStream(t, env["NATS_URL"]).Stream(t.Context(), "LARDER")
	require.NoError(t, err)

	// Files are in a folder, given instead of variables for aws; it contains the bytes that were
	// sent.
	ada := server.Login(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	ada.Attach(t, soup.ID, "note.txt", strings.NewReader("salt")).Want(t, http.StatusCreated)
	_, folder, named := strings.Cut(server.MustRun(t, "", "env").Stdout, "in a folder, for which aws isn't needed: ")
	require.True(t, named)
	kept, err := os.ReadFile(filepath.Join(strings.TrimSpace(folder), ada.User.ID, ada.Files(t, soup.ID)[0].SHA256, "original"))
	require.NoError(t, err)
	require.Equal(t, "salt", string(kept))
	for name := range env {
		require.False(t, strings.HasPrefix(name, "AWS_"), name)
	}
	aws := server.Run(t, "", "env", "aws", "s3", "ls")
	require.Equal(t, 1, aws.Code)
	require.Contains(t, aws.Stderr, strings.TrimSpace(folder))

	// As a shell evaluates it, with the installed programs.
	for program, line := range map[string]string{
		"psql": `psql -XAtc 'SELECT name FROM users'`, "redis-cli": `redis-cli -s "$REDIS_SOCKET" PING`,
	} {
		if _, err := exec.LookPath(program); err != nil {
			continue // the values are tested above anyway
		}
		out, err := server.Shell(t, `eval "$(bin/larder env)"; `+line)
		require.NoError(t, err, out)
		require.Contains(t, []string{"ada", "PONG"}, strings.TrimSpace(out), program)
	}
	for _, words := range [][]string{
		{"sh", "-c", `echo "$PGUSER $PGDATABASE"`, "psql", "larder_grocery"}, {"--grocery", "sh", "-c", `echo "$PGUSER $PGDATABASE"`},
	} {
		require.Equal(t, "larder_grocery_app larder_grocery\n", server.MustRun(t, "", append([]string{"env"}, words...)...).Stdout)
	}
	if _, err := exec.LookPath("psql"); err == nil {
		require.Equal(t, "0\n", server.MustRun(t, "", "env", "psql", "-XAtc", "SELECT count(*) FROM lists", "larder_grocery").Stdout)
	}
	require.Equal(t, 7, server.Run(t, "", "env", "sh", "-c", "exit 7").Code, "the command's exit code is passed on")

	require.NoError(t, os.Chmod(filepath.Join(server.DataDir, "run.json"), 0o644)) //nolint:gosec // to be refused
	refused := server.Run(t, "", "env")
	require.Equal(t, 1, refused.Code)
	require.Empty(t, refused.Stdout)
	require.Contains(t, refused.Stderr, "may be opened by others")
}

// With nothing running, status neither starts anything nor reports it as running; stored data stays
// readable.
func TestStoppedLarder(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	server.AddUser(t, "ada")
	require.Contains(t, server.MustRun(t, "", "status", "--json").Stdout, `"running": true`)
	server.Stop(t)
	stopped := server.Run(t, "", "status")
	require.Equal(t, 1, stopped.Code)
	require.Contains(t, stopped.Stderr, "no larder here")
	require.NotContains(t, stopped.Both(), "running\"")
	require.Contains(t, server.MustRun(t, "", "user", "list").Stdout, "ada")
}
