package larder

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// composeTimeout bounds one Compose command: building the images takes by far the longest.
const composeTimeout = 20 * time.Minute

// Compose is all of docker-compose.yml, in containers, from a copy of the repository with its own
// secrets. scripts/containers gives a test the engine that it needs.
type Compose struct {
	*Server

	folder  string
	address string // nginx's on this machine
	env     []string
	said    string // all output, once it has ended
}

// NewCompose copies git's view of the repository, creates the secrets, and builds the images.
// Nothing is running yet.
func NewCompose(tb testing.TB) *Compose {
	tb.Helper()
	require.NotEmpty(tb, os.Getenv("LARDER_CONTAINERS"), "LARDER_CONTAINERS is not set: make test-compose, or scripts/containers, sets it")
	c := &Compose{Server: home(tb), address: freeAddress(tb)}
	c.folder = filepath.Join(c.home, "larder")
	c.env = append(os.Environ(), "COMPOSE_PROJECT_NAME=larder-test", "LARDER_VERSION=test", "LARDER_PORT="+c.address)
	copyRepository(tb, c.folder)
	c.do(tb, "scripts/compose-secrets")
	c.feedCredentials = filepath.Join(c.folder, "deploy", "nats", "accounts", "creds", "grocery-app.creds")
	c.operator = c.command
	c.runs(tb, c)
	// One component for all: they share an image, which an engine without BuildKit would build for
	// each.
	c.Compose(tb, "build", "migrate", "nginx")
	return c
}

// copyRepository copies the files that git has or would add, and the binary.
func copyRepository(tb testing.TB, to string) {
	tb.Helper()
	list := exec.CommandContext(tb.Context(), "git", "ls-files", "-co", "--exclude-standard")
	list.Dir = Root()
	names, err := list.Output()
	require.NoError(tb, err)
	for name := range strings.Lines(string(names)) {
		name = strings.TrimSuffix(name, "\n")
		copyFile(tb, filepath.Join(Root(), name), filepath.Join(to, name))
	}
	copyFile(tb, Binary(tb), filepath.Join(to, "bin", "larder"))
}

func copyFile(tb testing.TB, from, to string) {
	tb.Helper()
	content, err := os.ReadFile(from)
	if errors.Is(err, os.ErrNotExist) { // removed, but still in git
		return
	}
	require.NoError(tb, err)
	info, err := os.Stat(from)
	require.NoError(tb, err)
	require.NoError(tb, os.MkdirAll(filepath.Dir(to), 0o750))
	require.NoError(tb, os.WriteFile(to, content, info.Mode()))
}

// Compose runs `docker compose` with these arguments in the copy's folder, and returns its output.
func (c *Compose) Compose(tb testing.TB, args ...string) string {
	tb.Helper()
	return c.do(tb, "docker", append([]string{"compose"}, args...)...)
}

func (c *Compose) do(tb testing.TB, program string, args ...string) string {
	tb.Helper()
	result := c.try(tb, "", program, args...)
	require.Zero(tb, result.Code, "%s %s\n%s", program, strings.Join(args, " "), result.Both())
	return result.Stdout
}

// try runs a program in the copy's folder to its end.
func (c *Compose) try(tb testing.TB, stdin, program string, args ...string) Result {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), composeTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, program, args...)
	command.Dir, command.Env, command.Stdin = c.folder, c.env, strings.NewReader(stdin)
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(tb, err, "%s", command)
	}
	return Result{Code: command.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}

// command runs an operator's command in a container, as in the README. A local file is passed as
// its input.
func (c *Compose) command(tb testing.TB, stdin string, args ...string) Result {
	tb.Helper()
	args = slices.Clone(args)
	for i, arg := range args {
		if !filepath.IsAbs(arg) {
			continue
		}
		content, err := os.ReadFile(arg)
		require.NoError(tb, err)
		stdin, args[i] = string(content), "-"
	}
	return c.try(tb, stdin, "docker", append([]string{"compose", "run", "--rm", "--no-TTY", "operator"}, args...)...)
}

func (c *Compose) start(tb testing.TB) {
	tb.Helper()
	c.Compose(tb, "up", "--wait", "--wait-timeout", "300")
}

// stop removes the containers; their data is on the volumes.
func (c *Compose) stop(tb testing.TB) {
	tb.Helper()
	c.Compose(tb, "down")
}

// kill kills the servers and the components alike.
func (c *Compose) kill(tb testing.TB) {
	tb.Helper()
	c.Compose(tb, "kill")
}

// end saves the output, since it removes that too.
func (c *Compose) end() {
	ctx, cancel := context.WithTimeout(context.Background(), composeTimeout)
	defer cancel()
	logs := exec.CommandContext(ctx, "docker", "compose", "logs", "--no-color", "--tail", "100")
	logs.Dir, logs.Env = c.folder, c.env
	said, err := logs.CombinedOutput()
	c.said = fmt.Sprintf("%s\n%v", said, err)
	down := exec.CommandContext(ctx, "docker", "compose", "down", "--volumes", "--timeout", "5")
	down.Dir, down.Env = c.folder, c.env
	_ = down.Run()
}

func (c *Compose) url() string { return "http://" + c.address }

func (c *Compose) output() string { return c.said }

// stores are unreachable: their ports aren't published.
func (c *Compose) stores(tb testing.TB) RunFile {
	tb.Helper()
	require.FailNow(tb, "the stores of a Larder in containers have no address on this machine")
	return RunFile{}
}

// feedURL is NATS in its container, whose network a local engine can reach.
func (c *Compose) feedURL(tb testing.TB) string {
	tb.Helper()
	var networks map[string]struct {
		IPAddress string `json:"IPAddress"` //nolint:tagliatelle // Docker's spelling
	}
	told := c.inspect(tb, "nats", "{{json .NetworkSettings.Networks}}")
	require.NoError(tb, json.Unmarshal([]byte(told), &networks), told)
	for _, network := range networks {
		return "nats://" + net.JoinHostPort(network.IPAddress, "4222")
	}
	require.FailNow(tb, "nats is in no network", told)
	return ""
}

// Crash ends a service's process as its own fault would, so that the engine's restart policy
// applies.
func (c *Compose) Crash(tb testing.TB, service string) {
	tb.Helper()
	pid, err := strconv.Atoi(c.inspect(tb, service, "{{.State.Pid}}"))
	require.NoError(tb, err)
	require.Positive(tb, pid, "%s runs", service)
	require.NoError(tb, syscall.Kill(pid, syscall.SIGKILL))
}

// Restarts returns how often the engine restarted a service, and its health.
func (c *Compose) Restarts(tb testing.TB, service string) (int, string) {
	tb.Helper()
	count, health, _ := strings.Cut(c.inspect(tb, service, "{{.RestartCount}} {{.State.Health.Status}}"), " ")
	times, err := strconv.Atoi(count)
	require.NoError(tb, err)
	return times, health
}

func (c *Compose) inspect(tb testing.TB, service, format string) string {
	tb.Helper()
	id := strings.TrimSpace(c.Compose(tb, "ps", "--quiet", service))
	require.NotEmpty(tb, id, "%s has a container", service)
	return strings.TrimSpace(c.do(tb, "docker", "inspect", "--format", format, id))
}

// Files passes every file of an image to take, in the image's order.
func (c *Compose) Files(tb testing.TB, image string, take func(header *tar.Header, content io.Reader)) {
	tb.Helper()
	id := strings.TrimSpace(c.do(tb, "docker", "create", image))
	defer c.do(tb, "docker", "rm", id)
	export := exec.CommandContext(tb.Context(), "docker", "export", id)
	export.Dir, export.Env = c.folder, c.env
	output, err := export.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, export.Start())
	files := tar.NewReader(output)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(tb, err)
		take(header, files)
	}
	_, err = io.Copy(io.Discard, output) // the archive's padding
	require.NoError(tb, err)
	require.NoError(tb, export.Wait())
}
