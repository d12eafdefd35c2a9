package larder

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startTimeout is generous: a first start makes a database, and tests share two cores.
const startTimeout = 60 * time.Second

var readyLine = regexp.MustCompile(`larder is ready at (http://\S+)`)

// Server is a `larder up` with a data folder and a home of its own. Its methods are for one goroutine;
// the clients that it gives are for many.
type Server struct {
	DataDir string

	home    string
	env     []string
	address string // to listen at, kept over restarts
	process *process
}

// process is one run of the binary.
type process struct {
	command *exec.Cmd
	output  *transcript
	ready   chan string   // the address, once
	exited  chan struct{} // closed at the end
}

// New makes the folders of a server that isn't running yet. Extra are further variables, NAME=value.
func New(tb testing.TB, extra ...string) *Server {
	tb.Helper()
	// Not tb.TempDir: its name is the test's, and a socket's path has no room for that.
	folder, err := os.MkdirTemp("", "larder-test-")
	require.NoError(tb, err)
	s := &Server{
		DataDir: filepath.Join(folder, "data"),
		home:    filepath.Join(folder, "home"),
		address: "127.0.0.1:0",
	}
	require.NoError(tb, os.Mkdir(s.home, 0o700))
	s.env = environment(s.home, s.DataDir, extra...)
	tb.Cleanup(func() {
		s.end()
		if tb.Failed() {
			tb.Logf("larder up said:\n%s", s.Output())
		}
		require.NoError(tb, os.RemoveAll(folder))
	})
	return s
}

// Start starts a server in empty folders and waits until it is ready.
func Start(tb testing.TB, extra ...string) *Server {
	tb.Helper()
	s := New(tb, extra...)
	s.Start(tb)
	return s
}

// Start starts the server and waits until it is ready. It gives the time that took.
func (s *Server) Start(tb testing.TB) time.Duration {
	tb.Helper()
	began := time.Now()
	s.Launch(tb)
	select {
	case url := <-s.process.ready:
		s.address = strings.TrimPrefix(url, "http://")
	case <-s.process.exited:
		require.FailNow(tb, "larder up ended before it was ready", s.Output())
	case <-time.After(startTimeout):
		require.FailNow(tb, "larder up is not ready", s.Output())
	}
	return time.Since(began)
}

// Launch starts the server and doesn't wait.
func (s *Server) Launch(tb testing.TB) {
	tb.Helper()
	p := &process{output: &transcript{}, ready: make(chan string, 1), exited: make(chan struct{})}
	p.command = exec.Command(Binary(tb), "up", "--data-dir", s.DataDir, "--addr", s.address)
	p.command.Env = s.env
	reader, writer, err := os.Pipe()
	require.NoError(tb, err)
	p.command.Stdout, p.command.Stderr = writer, writer
	require.NoError(tb, p.command.Start())
	require.NoError(tb, writer.Close())
	go p.read(reader)
	s.process = p
}

// read keeps what the process says, and sees its end. The pipe ends with the last process that holds it,
// which may be a child that is still dying; the exit of larder itself is what callers wait for.
func (p *process) read(pipe io.ReadCloser) {
	go func() {
		_ = p.command.Wait()
		close(p.exited)
	}()
	defer func() { _ = pipe.Close() }()
	scanner := bufio.NewScanner(pipe)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		p.output.add(scanner.Text())
		if found := readyLine.FindStringSubmatch(scanner.Text()); found != nil {
			select {
			case p.ready <- found[1]:
			default:
			}
		}
	}
}

// URL is the address of the HTTP surface.
func (s *Server) URL() string { return "http://" + s.address }

// Output is what the last run of the server said.
func (s *Server) Output() string {
	if s.process == nil {
		return ""
	}
	return s.process.output.String()
}

// PID is the process id of the running server.
func (s *Server) PID() int { return s.process.command.Process.Pid }

// Exited is closed when the server has ended.
func (s *Server) Exited() <-chan struct{} { return s.process.exited }

// Kill9 ends the server as a power cut would, and waits until it is gone.
func (s *Server) Kill9(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, s.process.command.Process.Kill())
	s.wait(tb)
}

// Stop asks the server to end, as a service manager would, and waits.
func (s *Server) Stop(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, s.process.command.Process.Signal(syscall.SIGTERM))
	s.wait(tb)
	require.Zero(tb, s.process.command.ProcessState.ExitCode(), "a server that was asked to end ends well:\n%s", s.Output())
}

// Restart stops the server and starts it again at the same address. It gives the time of the start.
func (s *Server) Restart(tb testing.TB) time.Duration {
	tb.Helper()
	s.Stop(tb)
	return s.Start(tb)
}

func (s *Server) wait(tb testing.TB) {
	tb.Helper()
	select {
	case <-s.process.exited:
	case <-time.After(startTimeout):
		require.FailNow(tb, "larder up does not end", s.Output())
	}
}

// end makes sure that nothing of the server is left, whatever the test did. Killing it takes Postgres with
// it (Pdeathsig), but the folder can only be removed once Postgres is gone: its output pipe tells.
func (s *Server) end() {
	if s.process == nil {
		return
	}
	_ = s.process.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.process.exited:
	case <-time.After(15 * time.Second):
		_ = s.process.command.Process.Kill()
		<-s.process.exited
	}
}

// Run runs another command beside the server, with this input, to its end.
func (s *Server) Run(tb testing.TB, stdin string, args ...string) Result {
	tb.Helper()
	return run(tb, s.env, stdin, args...)
}

// MustRun is Run for a command that has to succeed.
func (s *Server) MustRun(tb testing.TB, stdin string, args ...string) Result {
	tb.Helper()
	result := s.Run(tb, stdin, args...)
	require.Zero(tb, result.Code, "larder %s\n%s", strings.Join(args, " "), result.Both())
	return result
}

// Follow starts a command that doesn't end by itself, gives its lines as they come, and kills it at the
// end of the test.
func (s *Server) Follow(tb testing.TB, args ...string) <-chan string {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, Binary(tb), args...)
	command.Env = s.env
	output, err := command.StdoutPipe()
	require.NoError(tb, err)
	var complaints strings.Builder
	command.Stderr = &complaints
	require.NoError(tb, command.Start())
	lines := make(chan string, 1024)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(lines)
		scanner := bufio.NewScanner(output)
		scanner.Buffer(nil, 4<<20)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
	}()
	tb.Cleanup(func() {
		cancel()
		<-done
		err := command.Wait()
		var exit *exec.ExitError
		if tb.Failed() && (err == nil || errors.As(err, &exit)) {
			tb.Logf("larder %s: %v\n%s", strings.Join(args, " "), err, complaints.String())
		}
	})
	return lines
}

// Dir is the folder that commands of this server have as their home.
func (s *Server) Dir() string { return s.home }

// Env is the environment of commands of this server.
func (s *Server) Env() []string { return s.env }

// AddUser adds an account and gives a client that is logged in as it. Flags are those of `larder user add`.
func (s *Server) AddUser(tb testing.TB, name string, flags ...string) *Client {
	tb.Helper()
	args := append([]string{"user", "add", name, "--password-stdin"}, flags...)
	s.MustRun(tb, Password(name)+"\n", args...)
	return s.Login(tb, name)
}

// Password is that of an account that AddUser made.
func Password(name string) string { return "kitchen door of " + name }

// Login gives a client with a new session.
func (s *Server) Login(tb testing.TB, name string) *Client {
	tb.Helper()
	return Login(tb, s.URL(), name, Password(name))
}

// Client gives a client without a session.
func (s *Server) Client() *Client { return NewClient(s.URL()) }

// transcript keeps what a process said.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (t *transcript) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = fmt.Fprintln(&t.text, line)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
