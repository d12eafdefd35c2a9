package postgresserver

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// logfileLimit bounds each of PostgreSQL's two log files, the current and the previous one.
const logfileLimit = 4 << 20

// tailLimit is how much of the log's end is kept in memory, to explain a crash.
const tailLimit = 2 << 10

// logfile is PostgreSQL's own log, bounded: a full file is renamed to <path>.1.
type logfile struct {
	path  string
	limit int64
	ended chan struct{} // closed when the last writer has gone

	mu   sync.Mutex
	file *os.File
	size int64
	last []byte
}

func openLogfile(path string, limit int64) (*logfile, error) {
	log := &logfile{path: path, limit: limit, ended: make(chan struct{})}
	if err := log.open(); err != nil {
		return nil, err
	}
	return log, nil
}

func (l *logfile) open() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open PostgreSQL's log: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("look at PostgreSQL's log: %w", err), file.Close())
	}
	l.file, l.size = file, info.Size()
	return nil
}

// follow copies what the server writes until its last process has ended. It never stops reading
// early: a full pipe would block the server.
func (l *logfile) follow(reader io.ReadCloser) {
	defer close(l.ended)
	defer reader.Close()
	chunk := make([]byte, 32<<10)
	for {
		n, err := reader.Read(chunk)
		l.write(chunk[:n])
		if err != nil {
			_ = l.close() // all writes are done; there is nobody left to tell
			return
		}
	}
}

// write logs the chunk. A failure, such as a full disk, only loses log lines.
func (l *logfile) write(chunk []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = append(l.last, chunk...)
	l.last = l.last[max(0, len(l.last)-tailLimit):]
	if l.size+int64(len(chunk)) > l.limit {
		l.rotate()
	}
	if l.file == nil {
		return
	}
	n, _ := l.file.Write(chunk)
	l.size += int64(n)
}

func (l *logfile) rotate() {
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
	if err := os.Rename(l.path, l.path+".1"); err != nil {
		return
	}
	_ = l.open()
}

// tail returns the last lines of the log joined into one line.
func (l *logfile) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.ReplaceAll(strings.TrimSpace(string(l.last)), "\n", " | ")
}

func (l *logfile) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	if err != nil {
		return fmt.Errorf("close PostgreSQL's log: %w", err)
	}
	return nil
}
