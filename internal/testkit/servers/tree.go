package servers

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Freeze suspends every process of the server: it keeps its connections, and answers nothing.
func (s *Server) Freeze() error { return s.signal(syscall.SIGSTOP) }

// Thaw resumes a frozen server.
func (s *Server) Thaw() error { return s.signal(syscall.SIGCONT) }

// Kill kills every process of the server, and returns when they are gone.
func (s *Server) Kill() error {
	if err := s.signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-s.done
	_ = s.stop() // frees the folder; the server's failure to stop cleanly is the purpose
	return nil
}

// signal sends it to the server's process and all descendants: PostgreSQL has one per connection,
// and Elasticsearch is a child of its launcher. Parents come first, so that none starts a new one
// meanwhile.
func (s *Server) signal(signal syscall.Signal) error {
	if s.pid == 0 {
		return errors.New("this server isn't a process of ours")
	}
	children, err := families()
	if err != nil {
		return err
	}
	for family := []int{s.pid}; len(family) > 0; family = family[1:] {
		if err := syscall.Kill(family[0], signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("send %s to process %d: %w", signal, family[0], err)
		}
		family = append(family, children[family[0]]...)
	}
	return nil
}

// families returns every process's children, which only Linux exposes as files.
func families() (map[int][]int, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(paths) == 0 {
		return nil, errors.New("the processes of a server are found by /proc, which isn't here")
	}
	children := map[int][]int{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// "pid (name) state parent …", where the name may contain anything
		fields := bytes.Fields(content[bytes.LastIndexByte(content, ')')+1:])
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || len(fields) < 2 {
			continue
		}
		parent, err := strconv.Atoi(string(fields[1]))
		if err != nil {
			continue
		}
		children[parent] = append(children[parent], pid)
	}
	return children, nil
}
