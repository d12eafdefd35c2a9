package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"larder.dev/cmd/larder/internal/stores"
)

// said is the output of one call.
type said struct {
	code     int
	out, err string
}

// call runs the command line in this process, without a terminal.
func call(t *testing.T, args ...string) said {
	t.Helper()
	nobody, err := os.Open(os.DevNull)
	require.NoError(t, err)
	t.Cleanup(func() { _ = nobody.Close() })
	var out, errs bytes.Buffer
	code := run(t.Context(), args, console{in: nobody, out: &out, err: &errs})
	return said{code, out.String(), errs.String()}
}

// commandLines returns the words that select each command.
func commandLines(t *testing.T) map[string]*kong.Node {
	t.Helper()
	var cli commands
	parser, err := newParser(&cli, console{out: io.Discard, err: io.Discard}, func(int) {})
	require.NoError(t, err)
	lines := map[string]*kong.Node{}
	for _, leaf := range parser.Model.Leaves(false) {
		lines[leaf.Path()] = leaf
	}
	return lines
}

// argumentsOf returns arguments for commands that require some.
func argumentsOf() map[string][]string {
	return map[string][]string{
		"history": {"id"}, "restore": {"id", "1"}, "past look": {"old", "--user", "ada"}, "past drop": {"old"},
		"user set-password": {"ada", "--password-stdin"}, "user grant": {"ada", "admin"}, "user revoke": {"ada", "admin"},
		"user disable": {"ada"}, "user enable": {"ada"}, "user sessions": {"ada"}, "user delete": {"ada"},
		"subscriber add": {"app"}, "subscriber remove": {"app"}, "import": {"--user", "ada", "main_test.go"}, "rebuild": {"search"},
		"backup run": {"--to", "-"},
	}
}

// beginners are the commands that may run first on a folder, or don't use one.
func beginners() []string {
	return []string{
		"up", "command-api", "query-api", "file-service", "importer", "projectors", "relay", "grocery-app", "grocery-bridge", "lambda",
		"user add", "backup restore", "migrate", "take-over", "probe", "nats-accounts", "completion", "man", "help", "version",
	}
}

// Every command either may start a larder, or reports that there is none, exits with 1, and creates
// nothing: neither the folder nor anything in an empty one. A new command is in one of the two
// lists.
func TestNoLarderHere(t *testing.T) {
	t.Parallel()
	lines := commandLines(t)
	for _, name := range beginners() {
		require.Contains(t, lines, name)
		delete(lines, name)
	}
	for name := range lines {
		for _, there := range []bool{false, true} {
			dir := filepath.Join(t.TempDir(), "larder")
			if there {
				require.NoError(t, os.Mkdir(dir, 0o700))
			}
			words := append(strings.Fields(name), argumentsOf()[name]...)
			if name == "user set-password" {
				continue // it reads the password first; see TestNoLarderForAPassword
			}
			got := call(t, append(words, "--data-dir", dir)...)
			require.Equal(t, exitFailed, got.code, "%s: %s", name, got.err)
			require.Contains(t, got.err, "no larder here", name)
			entries, err := os.ReadDir(dir)
			require.Equal(t, there, err == nil, name)
			require.Empty(t, entries, name)
		}
	}
}

// A folder with data while nothing is running is no running larder: status reports that to programs
// as well.
func TestStatusWithNothingRunning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "postgres"), 0o700))
	for _, words := range [][]string{{"status"}, {"env"}, {"events", "tail"}} {
		got := call(t, append(words, "--data-dir", dir)...)
		require.Equal(t, exitFailed, got.code)
		require.Contains(t, got.err, "no larder here: nothing is running in "+dir)
	}
	got := call(t, "status", "--json", "--data-dir", dir)
	require.Equal(t, exitFailed, got.code)
	require.JSONEq(t, `{"running": false, "projections": []}`, got.out)
	require.JSONEq(t, `{"error": "no larder here: nothing is running in `+dir+` (larder up starts it)", "exit_code": 1}`, got.err)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// With --json, errors are JSON too, one line on standard error, with the usual exit code.
func TestErrorsAreJSON(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "none")
	for code, calls := range map[int][][]string{
		exitUsage: {
			{"status", "--json", "--nonsense"},
			{"history", "--json"},
			{"nonsense", "--json"},
			{"history", "id", "--version=-1", "--json=true"},
			{"user", "sessions", "ada", "--json", "--end-all"},
		},
		exitFailed: {{"status", "--json"}, {"user", "list", "--json"}, {"env", "--json"}, {"backup", "verify", "--json"}},
	} {
		for _, words := range calls {
			got := call(t, append([]string{"--data-dir", dir}, words...)...)
			require.Equal(t, code, got.code, words)
			var printed printedError
			require.NoError(t, json.Unmarshal([]byte(got.err), &printed), "%s: %s", words, got.err)
			require.Equal(t, code, printed.ExitCode)
			require.NotEmpty(t, printed.Error)
		}
	}
	got := call(t, "events", "show", "--since", "yesterday")
	require.True(t, strings.HasPrefix(got.err, "larder: "), "who doesn't ask for JSON reads words: %s", got.err)
	require.Contains(t, got.err, "see larder events show --help")
}

// A command's help is about that command; the global flags are in --help-all, after its own.
func TestHelp(t *testing.T) {
	t.Parallel()
	for name, leaf := range commandLines(t) {
		short := call(t, append(strings.Fields(name), "--help")...)
		require.Zero(t, short.code, name)
		require.NotContains(t, short.out, "--postgres-url", name)
		require.NotContains(t, short.out, "--version ", name)
		for _, flag := range leaf.Flags {
			require.Contains(t, short.out, "--"+flag.Name, name)
		}
		require.Equal(t, short, call(t, append([]string{"help"}, strings.Fields(name)...)...), name)
	}
	long := call(t, "user", "add", "--help-all")
	require.Zero(t, long.code)
	require.Less(t, strings.Index(long.out, "--grocery "), strings.Index(long.out, "Global flags:"))
	require.Less(t, strings.Index(long.out, "Global flags:"), strings.Index(long.out, "--postgres-url"))
	require.Equal(t, long, call(t, "help", "--all", "user", "add"))
	require.Equal(t, exitUsage, call(t, "help", "user", "nonsense").code)
	require.Zero(t, call(t, "help").code)
}

// A mistyped name is reported, where the command would otherwise find nothing and succeed.
func TestMistyped(t *testing.T) {
	t.Parallel()
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, args := range [][]string{
		{"events", "parked", "--projection", "serch"},
		{"backup", "verify", "--files", nowhere},
		{"backup", "restore", "--files", nowhere},
	} {
		got := call(t, append(args, "--data-dir", nowhere)...)
		require.Equal(t, exitUsage, got.code, args)
		require.Contains(t, got.err, args[3], args)
	}
	require.NoDirExists(t, nowhere)
}

// larder version and --version print the same, and programs can read it as JSON.
func TestVersion(t *testing.T) {
	t.Parallel()
	got := call(t, "version")
	require.Zero(t, got.code)
	require.Contains(t, got.out, "larder dev (go")
	require.Equal(t, got.out, call(t, "--version").out)
	behind := call(t, "restore", "a-recipe", "--version", "3")
	require.Equal(t, exitUsage, behind.code, "nothing was restored")
	require.Empty(t, behind.out)
	var build map[string]any
	require.NoError(t, json.Unmarshal([]byte(call(t, "version", "--json").out), &build))
	require.Equal(t, "dev", build["version"])
	families, err := newRegistry().Gather()
	require.NoError(t, err)
	require.Equal(t, "larder_build_info", families[0].GetName())
}

// The manual page in docs matches the commands; `go generate ./cmd/larder` regenerates it.
func TestManualPageIsFresh(t *testing.T) {
	t.Parallel()
	kept, err := os.ReadFile(filepath.Join("..", "..", "docs", "larder.1"))
	require.NoError(t, err)
	page := call(t, "man").out
	if string(kept) != page {
		require.Fail(t, "docs/larder.1 is stale", "go generate ./cmd/larder writes it anew") // a diff would print both pages
	}
	for name := range commandLines(t) {
		require.Positive(t, strings.Index(page, `\fB`+name), "%s is missing", name)
	}
	if _, err := exec.LookPath("groff"); err != nil {
		return // the page is compared all the same
	}
	format := exec.CommandContext(t.Context(), "groff", "-man", "-Tascii", "-ww", "-z")
	format.Stdin = strings.NewReader(page)
	warnings, err := format.CombinedOutput()
	require.NoError(t, err)
	require.Empty(t, string(warnings))
}

// A table cell stays on one line, whatever a server or a person wrote.
func TestTableKeepsItsRows(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	shown := newTable(&out, "NAME", "REASON")
	shown.row("search", "400 Bad Request:\n{\n\t\"error\": \x1b[31m\"gone\"\r\n}")
	shown.row("cache", "")
	require.NoError(t, shown.print("it"))
	require.Equal(t, "NAME    REASON\nsearch  400 Bad Request: { \"error\": [31m\"gone\" }\ncache\n", out.String())
}

// Only a yes is a yes, and without anybody to ask a script means what it says.
func TestConfirm(t *testing.T) {
	t.Parallel()
	for _, yes := range []string{"y\n", "Yes\n", " YES \n"} {
		require.NoError(t, agreed(strings.NewReader(yes)), yes)
	}
	for _, no := range []string{"", "\n", "n\n", "yes please\n", "ja\n"} {
		require.Error(t, agreed(strings.NewReader(no)), no)
	}
	nobody, err := os.Open(os.DevNull)
	require.NoError(t, err)
	t.Cleanup(func() { _ = nobody.Close() })
	require.NoError(t, confirm(console{in: nobody, err: io.Discard}, "Really?"))
}

// Only components that sign or verify file addresses require the secret.
func TestShortFileSecret(t *testing.T) {
	t.Parallel()
	addresses := []string{
		"--cdn-secret", "short", "--postgres-url", "postgres://127.0.0.1:1/a", "--redis-url", "redis://127.0.0.1:1",
		"--s3-endpoint", "http://127.0.0.1:1", "--addr", "256.0.0.1:0",
	}
	for _, name := range []string{"query-api", "file-service"} {
		got := call(t, append([]string{name}, addresses...)...)
		require.Equal(t, exitUsage, got.code, name)
		require.Contains(t, got.err, "LARDER_CDN_SECRET must have 32 bytes or more", name)
	}
	got := call(t, append([]string{"command-api"}, addresses...)...)
	require.NotContains(t, got.err, "LARDER_CDN_SECRET")
	require.Equal(t, exitFailed, got.code, "it went on to the address where it can't listen: %s", got.err)
}

// env's output is only for the owner: a run file that others may open is refused, and isn't
// printed.
func TestEnvIsForTheOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "run.json")
	require.NoError(t, os.WriteFile(path, []byte("{}"), 0o600))
	require.NoError(t, stores.OwnersAlone(dir))
	for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o666} {
		require.NoError(t, os.Chmod(path, mode))
		require.ErrorContains(t, stores.OwnersAlone(dir), "may be opened by others")
	}
}

// With --json the log is JSON as well, so that each line of standard error can be parsed; and
// repeats are logged once.
func TestLogIsJSONToo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, end := newLog(&out, slog.LevelWarn, true)
	defer end()
	log.Warn("away", "store", "redis")
	log.Warn("away", "store", "redis")
	var line map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &line))
	require.Equal(t, "away", line["msg"])
}
