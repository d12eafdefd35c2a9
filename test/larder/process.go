package larder

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startTimeout is generous: a first start creates a database, and tests share two cores.
const startTimeout = 60 * time.Second

var (
	listensLine = regexp.MustCompile(`larder \S+ listens at (http://\S+)`)
	readyLine   = regexp.MustCompile(`larder (?:\S+ )?is ready at (http://\S+)`)
)

// Process is one run of the binary that serves until it is stopped.
type Process struct {
	name    string // for failure messages
	command *exec.Cmd
	output  *transcript
	listens chan string   // the address, once it accepts requests
	ready   chan string   // the address, once nothing is missing
	exited  chan struct{} // closed at the end
}

// launch runs the binary without waiting.
func launch(tb testing.TB, env []string, args ...string) *Process {
	tb.Helper()
	p := &Process{
		name: "larder " + args[0], output: &transcript{},
		listens: make(chan string, 1), ready: make(chan string, 1), exited: make(chan struct{}),
	}
	p.command = exec.Command(Binary(tb), args...)
	p.command.Env = env
	reader, writer, err := os.Pipe()
	require.NoError(tb, err)
	p.command.Stdout, p.command.Stderr = writer, writer
	require.NoError(tb, p.command.Start())
	require.NoError(tb, writer.Close())
	go p.read(reader)
	return p
}

// read captures the process's output, and notices its end. The pipe ends with the last process that
// holds it, which may be a dying child; callers wait for the exit of larder itself.
func (p *Process) read(pipe io.ReadCloser) {
	go func() {
		_ = p.command.Wait()
		close(p.exited)
	}()
	defer func() { _ = pipe.Close() }()
	scanner := bufio.NewScanner(pipe)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		p.output.add(scanner.Text())
		tell(p.listens, listensLine, scanner.Text())
		tell(p.ready, readyLine, scanner.Text())
	}
}

func tell(addresses chan<- string, line *regexp.Regexp, text string) {
	found := line.FindStringSubmatch(text)
	if found == nil {
		return
	}
	select {
	case addresses <- found[1]:
	default:
	}
}

// Listening waits until the process accepts requests, and returns the address.
func (p *Process) Listening(tb testing.TB) string {
	tb.Helper()
	return p.await(tb, p.listens, "doesn't listen")
}

// Ready waits until nothing is missing, and returns the address.
func (p *Process) Ready(tb testing.TB) string {
	tb.Helper()
	return p.await(tb, p.ready, "is not ready")
}

// await returns the address that the process prints. It may be called repeatedly.
func (p *Process) await(tb testing.TB, addresses chan string, otherwise string) string {
	tb.Helper()
	select {
	case url := <-addresses:
		addresses <- url
		return url
	case <-p.exited:
		require.FailNow(tb, p.name+" ended", p.Output())
	case <-time.After(startTimeout):
		require.FailNow(tb, p.name+" "+otherwise, p.Output())
	}
	return ""
}

// Output returns the process's output.
func (p *Process) Output() string { return p.output.String() }

// PID is the process id.
func (p *Process) PID() int { return p.command.Process.Pid }

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Signal sends a signal without waiting.
func (p *Process) Signal(tb testing.TB, signal os.Signal) {
	tb.Helper()
	require.NoError(tb, p.command.Process.Signal(signal))
}

// Kill9 kills the process like a power cut, and waits until it is gone.
func (p *Process) Kill9(tb testing.TB) {
	tb.Helper()
	p.Signal(tb, os.Kill)
	p.wait(tb)
}

// Freeze suspends the process, and Thaw resumes it.
func (p *Process) Freeze(tb testing.TB) {
	tb.Helper()
	p.Signal(tb, syscall.SIGSTOP)
}

// Thaw resumes a frozen process.
func (p *Process) Thaw(tb testing.TB) {
	tb.Helper()
	p.Signal(tb, syscall.SIGCONT)
}

// Stop stops the process like a service manager, and waits.
func (p *Process) Stop(tb testing.TB) {
	tb.Helper()
	p.Signal(tb, syscall.SIGTERM)
	p.wait(tb)
	require.Zero(tb, p.command.ProcessState.ExitCode(), "%s was asked to end and ends well:\n%s", p.name, p.Output())
}

func (p *Process) wait(tb testing.TB) {
	tb.Helper()
	select {
	case <-p.exited:
	case <-time.After(startTimeout):
		require.FailNow(tb, p.name+" does not end", p.Output())
	}
}

// end ensures that nothing of the process is left, whatever the test did.
func (p *Process) end() {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(15 * time.Second):
		_ = p.command.Process.Kill()
		<-p.exited
	}
}

// transcript keeps a process's output.
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
