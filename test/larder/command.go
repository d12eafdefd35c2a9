package larder

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// commandTimeout bounds one command. It is far longer than any takes, so only a hang reaches it.
const commandTimeout = 90 * time.Second

// Result is a command's result.
type Result struct {
	Code   int // the exit code; -1 if a signal ended it
	Stdout string
	Stderr string
}

// Both is all of the command's output, for a person who reads a failure.
func (r Result) Both() string { return r.Stdout + r.Stderr }

// run runs the binary to its end.
func run(tb testing.TB, env []string, stdin string, args ...string) Result {
	tb.Helper()
	binary := Binary(tb) // building it doesn't count as the command's time
	ctx, cancel := context.WithTimeout(tb.Context(), commandTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, binary, args...)
	command.Env = env
	command.Stdin = strings.NewReader(stdin)
	command.Stdout, command.Stderr = &stdout, &stderr
	command.WaitDelay = time.Second

	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(tb, err, "larder %s", strings.Join(args, " "))
	}
	require.NoError(tb, ctx.Err(), "larder %s did not end\n%s", strings.Join(args, " "), stderr.String())
	return Result{Code: command.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}

// environment is that of a person who never used larder: a fresh home and no LARDER_ variables. The
// cache folder is the real one, so that downloads (Postgres) aren't repeated.
func environment(home, dataDir string, extra ...string) []string {
	env := []string{"HOME=" + home, "LARDER_DATA_DIR=" + dataDir}
	if cache, err := os.UserCacheDir(); err == nil {
		env = append(env, "XDG_CACHE_HOME="+cache)
	}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if name == "HOME" || strings.HasPrefix(name, "LARDER_") || strings.HasPrefix(name, "XDG_") {
			continue
		}
		env = append(env, entry)
	}
	return append(env, extra...)
}

// Shell runs a script typed as in the README: in the repository's folder, against this server. It
// returns all output; the error is the first failed command's.
func (s *Server) Shell(tb testing.TB, script string) (string, error) {
	tb.Helper()
	Binary(tb) // the script calls it by its path in the repository
	ctx, cancel := context.WithTimeout(tb.Context(), commandTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	command.Dir = Root()
	command.Env = append(slices.Clone(s.env), "LARDER_URL="+s.URL())
	out, err := command.CombinedOutput()
	return string(out), err
}
