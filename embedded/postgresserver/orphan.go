package postgresserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// orphanPoll is how often a dying server is checked.
const orphanPoll = 10 * time.Millisecond

// pidFile holds the fields read from postmaster.pid.
type pidFile struct {
	pid   int
	ready bool // the postmaster accepts connections
}

func pidPath(data string) string { return filepath.Join(data, "postmaster.pid") }

func readPidFile(data string) (pidFile, error) {
	text, err := os.ReadFile(pidPath(data))
	if err != nil {
		return pidFile{}, fmt.Errorf("read pid file: %w", err)
	}
	lines := strings.Split(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 0 {
		return pidFile{}, fmt.Errorf("read pid file %s: its first line is not a process id", pidPath(data))
	}
	const statusLine = 7
	return pidFile{pid: pid, ready: len(lines) > statusLine && strings.TrimSpace(lines[statusLine]) == "ready"}, nil
}

// endOrphan ensures that no process of an earlier server works on the data. The caller holds the
// folder's lock, so that server's owner is dead. PostgreSQL itself would refuse to start while it
// is still dying, or if an unrelated process got the recorded id.
func endOrphan(ctx context.Context, data string, log *slog.Logger) error {
	found, err := readPidFile(data)
	if errors.Is(err, fs.ErrNotExist) {
		return awaitGone(ctx, data, 0)
	}
	if err != nil {
		log.Warn("removing an unreadable pid file of PostgreSQL", "cause", err)
		return removePidFile(ctx, data)
	}
	if !isPostmaster(found.pid, data) {
		return removePidFile(ctx, data)
	}
	log.Warn("ending the PostgreSQL that a killed process left behind", "pid", found.pid, "data", data)
	if err := syscall.Kill(found.pid, syscall.SIGQUIT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end orphaned PostgreSQL %d: %w", found.pid, err)
	}
	return awaitGone(ctx, data, found.pid)
}

// removePidFile removes a dead server's pid file once its last backend is gone too: a surviving
// backend could still write beside the new server.
func removePidFile(ctx context.Context, data string) error {
	if err := awaitGone(ctx, data, 0); err != nil {
		return err
	}
	if err := os.Remove(pidPath(data)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stale pid file: %w", err)
	}
	return nil
}

// awaitGone waits until the postmaster and all processes working in the data folder have ended, and
// kills them if they take too long.
func awaitGone(ctx context.Context, data string, postmaster int) error {
	patience := time.NewTimer(killGrace)
	defer patience.Stop()
	poll := time.NewTicker(orphanPoll)
	defer poll.Stop()
	for {
		living := workersOn(data)
		if isPostmaster(postmaster, data) {
			living = append(living, postmaster)
		}
		if len(living) == 0 {
			return nil
		}
		select {
		case <-poll.C:
		case <-patience.C:
			for _, pid := range living {
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
					return fmt.Errorf("kill orphaned PostgreSQL process %d: %w", pid, err)
				}
			}
		case <-ctx.Done():
			return fmt.Errorf("wait for the earlier PostgreSQL on %s to end: %w", data, context.Cause(ctx))
		}
	}
}
