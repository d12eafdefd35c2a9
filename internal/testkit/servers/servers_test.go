package servers_test

import (
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
	"larder.dev/internal/testkit/servers"
)

// Each server answers when its start returns, on its own port, and is gone when Stop returns, even
// if it was frozen.
func TestStartAndStop(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(ctx context.Context, dir string) (*servers.Server, error){
		"redis": servers.StartRedis,
		"nats": func(ctx context.Context, dir string) (*servers.Server, error) {
			return servers.StartNATS(ctx, dir, "")
		},
		"postgres": servers.StartPostgres,
		"minio":    servers.StartMinIO,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, err := start(testkit.Context(t), filepath.Join(t.TempDir(), name))
			require.NoError(t, err)
			require.NotEmpty(t, server.Source)
			require.NoError(t, dial(t, server.URL))
			if process := server.Process(); process != nil {
				require.NoError(t, process.Signal(syscall.SIGSTOP))
			}
			require.NoError(t, server.Stop())
			testkit.Wait(t, server.Done(), "the end of the server")
			require.Error(t, dial(t, server.URL))
		})
	}
}

func dial(t *testing.T, address string) error {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	conn, err := (&net.Dialer{}).DialContext(testkit.Context(t), "tcp", parsed.Host)
	if err != nil {
		return err
	}
	return conn.Close()
}

// A killed or frozen server comes back at the same address, with what it acknowledged, since
// clients know no other; PostgreSQL with all its processes.
func TestComesBack(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(ctx context.Context, dir string) (*servers.Server, error){
		"redis": servers.StartRedis, "nats": servers.StartBroker, "postgres": servers.StartDurablePostgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), name)
			first, err := start(testkit.Context(t), dir)
			require.NoError(t, err)
			require.NoError(t, first.Kill())
			require.Error(t, dial(t, first.URL))
			second, err := start(testkit.Context(t), dir)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, second.Stop()) })
			require.Equal(t, first.URL, second.URL)
			require.NoError(t, second.Freeze())
			require.NoError(t, second.Thaw())
			require.NoError(t, dial(t, second.URL))
		})
	}
}

// A server that fails to start reports its own last output.
func TestStartFails(t *testing.T) {
	t.Parallel()
	_, err := servers.StartNATS(testkit.Context(t), filepath.Join(t.TempDir(), "nats"), "/no/such/file")
	require.ErrorContains(t, err, "/no/such/file")
}

// Servers named by the environment are used, the command gets the addresses, and its exit code is
// passed on.
func TestRunPassesOn(t *testing.T) {
	t.Parallel()
	root, err := servers.Root()
	require.NoError(t, err)
	program := filepath.Join(t.TempDir(), "servers")
	build := exec.CommandContext(testkit.Context(t), "go", "build", "-o", program, "./test/servers")
	build.Dir = root
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))

	var out, diagnostics strings.Builder
	run := exec.CommandContext(testkit.Context(t), program, "run", "--", "sh", "-c", "echo $LARDER_TEST_REDIS_URL; exit 7")
	run.Dir, run.Stdout, run.Stderr = root, &out, &diagnostics
	run.Env = os.Environ()
	for _, name := range []string{"POSTGRES", "BACKUP_POSTGRES", "REDIS", "NATS", "ELASTICSEARCH", "S3"} {
		run.Env = append(run.Env, "LARDER_TEST_"+name+"_URL=given://"+name)
	}
	var ended *exec.ExitError
	require.ErrorAs(t, run.Run(), &ended, diagnostics.String())
	require.Equal(t, 7, ended.ExitCode())
	require.Equal(t, "given://REDIS\n", out.String())
	require.Contains(t, diagnostics.String(), "servers: redis: given by LARDER_TEST_REDIS_URL")
}

// The compose file, which takes its images from deploy/versions.env, runs go.mod's nats-server.
func TestVersionsAgree(t *testing.T) {
	t.Parallel()
	root, err := servers.Root()
	require.NoError(t, err)
	list := exec.CommandContext(testkit.Context(t), "go", "list", "-m", "-f", "{{.Version}}", "github.com/nats-io/nats-server/v2")
	list.Dir = root
	version, err := list.Output()
	require.NoError(t, err)
	versions, err := os.ReadFile(filepath.Join(root, "deploy", "versions.env"))
	require.NoError(t, err)
	require.Contains(t, string(versions), "NATS_IMAGE=nats:"+strings.TrimPrefix(strings.TrimSpace(string(version)), "v")+"-alpine\n")
}
