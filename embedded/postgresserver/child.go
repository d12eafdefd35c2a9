package postgresserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// errPortTaken means that the port was taken between the check and the start.
var errPortTaken = errors.New("port is taken")

// errLate means that a server had to be stopped immediately.
var errLate = errors.New("PostgreSQL took too long to end")

// readyPoll is how often a starting server's status is read, one line of a small file.
const readyPoll = 5 * time.Millisecond

// slowStart is when to tell the operator that the server is still recovering.
const slowStart = 5 * time.Second

// child is a running postmaster.
type child struct {
	process *os.Process
	logfile *logfile
	done    chan struct{} // closed when the process has ended
	exit    error         // why it ended; written before done is closed
}

// launch starts the postmaster and waits until it accepts connections.
func launch(ctx context.Context, cluster cluster, programs programs, settings []string) (*child, error) {
	log, err := openLogfile(filepath.Join(cluster.dir, "postgres.log"), logfileLimit)
	if err != nil {
		return nil, err
	}
	args := append([]string{"-D", cluster.data()}, settings...)
	child, err := spawn(programs.command("postgres", args...), log)
	if err != nil {
		return nil, err
	}
	if err := child.awaitReady(ctx, cluster); err != nil {
		// The caller's context may be over, but the server must not be left running.
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), killGrace)
		defer cancel()
		return nil, errors.Join(err, child.end(ending, syscall.SIGQUIT))
	}
	return child, nil
}

// spawn starts the command with its output in the log. The kernel signals the child when the thread
// that started it dies, not the process, so keep that thread until the child ends.
func spawn(command *exec.Cmd, log *logfile) (*child, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a pipe for the log: %w", err), log.close())
	}
	command.Stdout, command.Stderr = writer, writer
	running := &child{logfile: log, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		writer.Close()
		if err != nil {
			started <- err
			return
		}
		running.process = command.Process
		started <- nil
		running.exit = command.Wait()
		close(running.done)
	}()
	if err := <-started; err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", command.Path, err), reader.Close(), log.close())
	}
	go log.follow(reader)
	return running, nil
}

// awaitReady watches the status that the postmaster writes to its pid file. That is cheaper than
// connecting, and leaves no refused connections in the log.
func (c *child) awaitReady(ctx context.Context, cluster cluster) error {
	poll := time.NewTicker(readyPoll)
	defer poll.Stop()
	slow := time.NewTicker(slowStart)
	defer slow.Stop()
	for {
		found, err := readPidFile(cluster.data())
		if err == nil && found.pid == c.process.Pid && found.ready {
			return nil
		}
		select {
		case <-poll.C:
		case <-slow.C:
			cluster.log.Info("PostgreSQL is still starting; after a crash it first replays its log", "data", cluster.data())
		case <-c.done:
			return c.startFailure()
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL to accept connections: %w", context.Cause(ctx))
		}
	}
}

func (c *child) startFailure() error {
	<-c.logfile.ended
	tail := c.logfile.tail()
	if strings.Contains(tail, "could not bind") || strings.Contains(tail, "could not create any TCP/IP sockets") {
		return fmt.Errorf("%w: %s", errPortTaken, tail)
	}
	return fmt.Errorf("PostgreSQL ended while it started (%s); its last words: %s", c.cause(), tail)
}

// end signals the process to stop and waits for it; when ctx is done, it kills.
func (c *child) end(ctx context.Context, signal syscall.Signal) error {
	if err := c.signal(signal); err != nil {
		return err
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
	}
	late := fmt.Errorf("%w: %w", errLate, context.Cause(ctx))
	if err := c.signal(syscall.SIGQUIT); err != nil {
		return errors.Join(late, err)
	}
	select {
	case <-c.done:
		return late
	case <-time.After(killGrace):
	}
	err := c.signal(syscall.SIGKILL)
	<-c.done
	return errors.Join(late, err)
}

func (c *child) signal(signal syscall.Signal) error {
	err := c.process.Signal(signal)
	if err == nil || errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return fmt.Errorf("send %s to PostgreSQL %d: %w", signal, c.process.Pid, err)
}

// cause describes how the process ended. Call it after done is closed.
func (c *child) cause() string {
	if c.exit == nil {
		return "exit status 0"
	}
	return c.exit.Error()
}
