// Package servers starts the real servers that tests run on: each is a separate process on the
// loopback address and a free port, in its own folder, and ends with the process that started it.
package servers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"larder.dev/internal/datadir"
)

// startPatience bounds a start on a busy machine; programs are downloaded before.
const startPatience = 2 * time.Minute

// Server is a running server.
type Server struct {
	// URL is its address, with full rights.
	URL string
	// Source says where it came from, for a person.
	Source string

	process *process // nil for PostgreSQL, which manages its own
	pid     int      // ancestor of all the server's processes; 0 for a container
	done    <-chan struct{}
	stop    func() error
}

// Process is the server's process, for a test that freezes or kills it. It is nil for PostgreSQL
// and for a container.
func (s *Server) Process() *os.Process {
	if s.process == nil {
		return nil
	}
	return s.process.Process
}

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop stops the server. It may be called again. Starting in the same folder brings it back, with
// its data and at the same address.
func (s *Server) Stop() error { return s.stop() }

// running is a server that is our child.
func running(url, source string, child *process) *Server {
	return &Server{URL: url, Source: source, process: child, pid: child.Pid, done: child.ended, stop: child.end}
}

// place creates a server's folder and finds a port: the last start's in this folder if it is free.
func place(dir string) (port string, err error) {
	if err := datadir.Make(dir); err != nil {
		return "", err
	}
	kept := filepath.Join(dir, "port")
	found := datadir.Port(kept)
	if found == 0 {
		if found, err = datadir.FreePort(); err != nil {
			return "", err
		}
	}
	return strconv.Itoa(found), datadir.KeepPort(kept, found)
}

// ready waits until a child answers, and ends it if it doesn't.
func ready(ctx context.Context, name string, child *process, output string, answers func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if err := child.await(ctx, output, answers); err != nil {
		return errors.Join(fmt.Errorf("start %s: %w", name, err), child.end())
	}
	return nil
}

// Root returns the module's folder, above the working directory.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		_, err := os.Stat(filepath.Join(at, "go.mod"))
		if err == nil {
			return at, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("find the module: %w", err)
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no go.mod in a folder above %s", dir)
		}
	}
}
