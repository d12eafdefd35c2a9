package larder

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

// Server is a Larder for a test to use, with a home of its own. Its arrangement decides in how many
// processes it runs: a test doesn't ask. Its methods are for one goroutine; the clients it returns
// are for many.
type Server struct {
	DataDir string

	home    string
	env     []string
	running arrangement

	// operator runs a command beside the server, if not with this machine's binary.
	operator func(tb testing.TB, stdin string, args ...string) Result
	// feedCredentials is a file, if the feed's address doesn't contain them.
	feedCredentials string
}

// arrangement is how a Larder is run: `larder up`, or each component as a process.
type arrangement interface {
	// start launches what isn't running, and waits until all of it is ready.
	start(tb testing.TB)
	// stop stops all of it like a service manager, and waits.
	stop(tb testing.TB)
	// kill kills all of it like a power cut, and waits until it is gone.
	kill(tb testing.TB)
	// end leaves nothing running, whatever the test did.
	end()
	url() string
	output() string
	stores(tb testing.TB) RunFile
	feedURL(tb testing.TB) string
}

// New creates the folders of a `larder up` that isn't running yet. Extra are further variables,
// NAME=value.
func New(tb testing.TB, extra ...string) *Server {
	tb.Helper()
	s := home(tb)
	s.env = environment(s.home, s.DataDir, extra...)
	s.runs(tb, &up{dataDir: s.DataDir, env: s.env, address: "127.0.0.1:0"})
	return s
}

// NewIn is New with its data in the test's folder.
func NewIn(tb testing.TB, folder string) *Server {
	tb.Helper()
	s := home(tb)
	s.DataDir = filepath.Join(folder, "data")
	s.env = environment(s.home, s.DataDir)
	s.runs(tb, &up{dataDir: s.DataDir, env: s.env, address: "127.0.0.1:0"})
	return s
}

// Start starts a new `larder up` and waits until it is ready. With embedded stores, its data folder
// is copied from an unused larder that was started once: a first start always creates the same, and
// takes seconds. Tests of the first start itself, or of two larders that must not share a secret,
// use [New].
func Start(tb testing.TB, extra ...string) *Server {
	tb.Helper()
	s := New(tb, extra...)
	if !slices.ContainsFunc(extra, namesAStore) {
		copyStarted(tb, s.DataDir)
	}
	s.Start(tb)
	return s
}

// home creates the folders of somebody who never had a Larder.
func home(tb testing.TB) *Server {
	tb.Helper()
	// Not tb.TempDir: it contains the test's name, and a socket's path has no room for that.
	folder, err := os.MkdirTemp("", "larder-test-")
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, os.RemoveAll(folder)) })
	s := &Server{DataDir: filepath.Join(folder, "data"), home: filepath.Join(folder, "home")}
	require.NoError(tb, os.Mkdir(s.home, 0o700))
	return s
}

// runs sets the server's arrangement, which ends with the test.
func (s *Server) runs(tb testing.TB, arrangement arrangement) {
	tb.Helper()
	s.running = arrangement
	tb.Cleanup(func() {
		arrangement.end()
		if tb.Failed() {
			tb.Logf("larder said:\n%s", s.Output())
		}
	})
}

// Start starts the server and waits until it is ready. It returns the time that took.
func (s *Server) Start(tb testing.TB) time.Duration {
	tb.Helper()
	began := time.Now()
	s.running.start(tb)
	return time.Since(began)
}

// Process returns the one process of a `larder up`.
func (s *Server) Process(tb testing.TB) *Process {
	tb.Helper()
	return s.up(tb).process
}

// Launch starts a `larder up` without waiting.
func (s *Server) Launch(tb testing.TB) {
	tb.Helper()
	s.up(tb).launch(tb)
}

func (s *Server) up(tb testing.TB) *up {
	tb.Helper()
	one, ok := s.running.(*up)
	require.True(tb, ok, "this server is several processes")
	return one
}

// URL is the HTTP API's address.
func (s *Server) URL() string { return s.running.url() }

// Output returns the output of the server's last run.
func (s *Server) Output() string { return s.running.output() }

// RunFile returns the stores' addresses.
func (s *Server) RunFile(tb testing.TB) RunFile {
	tb.Helper()
	return s.running.stores(tb)
}

// FeedURL is the address of NATS with the grocery app's credentials.
func (s *Server) FeedURL(tb testing.TB) string {
	tb.Helper()
	return s.running.feedURL(tb)
}

// Subscribe is a minimal grocery app: a plain NATS subscription to the feed.
func (s *Server) Subscribe(tb testing.TB) *nats.Subscription {
	tb.Helper()
	options := []nats.Option{nats.Timeout(10 * time.Second)}
	if s.feedCredentials != "" {
		options = append(options, nats.UserCredentials(s.feedCredentials))
	}
	conn, err := nats.Connect(s.FeedURL(tb), options...)
	require.NoError(tb, err)
	tb.Cleanup(conn.Close)
	subscription, err := conn.SubscribeSync("grocery.*.added")
	require.NoError(tb, err)
	require.NoError(tb, conn.FlushTimeout(10*time.Second))
	return subscription
}

// Streams returns each stream with an address that may read it: the feed is in a separate account.
func (s *Server) Streams(tb testing.TB) map[string]string {
	tb.Helper()
	return map[string]string{"LARDER": s.RunFile(tb).NATSURL, "GROCERY": s.FeedURL(tb)}
}

// Kill9 kills the server like a power cut, and waits until it is gone.
func (s *Server) Kill9(tb testing.TB) {
	tb.Helper()
	s.running.kill(tb)
}

// Stop stops the server like a service manager, and waits.
func (s *Server) Stop(tb testing.TB) {
	tb.Helper()
	s.running.stop(tb)
}

// Restart restarts the server at the same address, and returns how long its start took.
func (s *Server) Restart(tb testing.TB) time.Duration {
	tb.Helper()
	s.Stop(tb)
	return s.Start(tb)
}

// Run runs another command beside the server, with this input, to its end.
func (s *Server) Run(tb testing.TB, stdin string, args ...string) Result {
	tb.Helper()
	if s.operator != nil {
		return s.operator(tb, stdin, args...)
	}
	return run(tb, s.env, stdin, args...)
}

// MustRun is Run for a command that has to succeed.
func (s *Server) MustRun(tb testing.TB, stdin string, args ...string) Result {
	tb.Helper()
	result := s.Run(tb, stdin, args...)
	require.Zero(tb, result.Code, "larder %s\n%s", strings.Join(args, " "), result.Both())
	return result
}

// Follow starts a command that doesn't end by itself, returns its lines as they come, and kills it
// at the end of the test.
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

// Dir is the home folder of this server's commands.
func (s *Server) Dir() string { return s.home }

// Env is the environment of this server's commands.
func (s *Server) Env() []string { return s.env }

// AddUser adds an account and returns a client logged in to it. Flags are those of
// `larder user add`.
func (s *Server) AddUser(tb testing.TB, name string, flags ...string) *Client {
	tb.Helper()
	args := append([]string{"user", "add", name, "--password-stdin"}, flags...)
	s.MustRun(tb, Password(name)+"\n", args...)
	return s.Login(tb, name)
}

// Password is the password of an account created by AddUser.
func Password(name string) string { return "kitchen door of " + name }

// Login returns a client with a new session.
func (s *Server) Login(tb testing.TB, name string) *Client {
	tb.Helper()
	return Login(tb, s.URL(), name, Password(name))
}

// Client returns a client without a session.
func (s *Server) Client() *Client { return NewClient(s.URL()) }
