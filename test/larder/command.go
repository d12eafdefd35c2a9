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

// commandTimeout bounds one command. It is far above what any takes, so that only a hang meets it.
const commandTimeout = 90 * time.Second

// Result is what a command gave.
type Result struct {
	Code   int // the exit code; -1 where a signal ended it
	Stdout string
	Stderr string
}

// Both is everything that the command said, for a person who reads a failure.
func (r Result) Both() string { return r.Stdout + r.Stderr }

// run runs the binary to its end.
func run(tb testing.TB, env []string, stdin string, args ...string) Result {
	tb.Helper()
	binary := Binary(tb) // which may have to be built: that isn't the command's time
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

// environment is that of a person who never used larder: a home of their own and no LARDER_ variable. The
// cache folder is the real one, since what is downloaded to it (Postgres) needn't come twice.
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

// Shell runs a script as the README has it typed: in the repository's folder, against this server. It gives
// all that was printed; the error is that of the first command that failed.
func (s *Server) Shell(tb testing.TB, script string) (string, error) {
	tb.Helper()
	Binary(tb) // the script calls it by its place in the repository
	ctx, cancel := context.WithTimeout(tb.Context(), commandTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	command.Dir = Root()
	command.Env = append(slices.Clone(s.env), "LARDER_URL="+s.URL())
	out, err := command.CombinedOutput()
	return string(out), err
}
