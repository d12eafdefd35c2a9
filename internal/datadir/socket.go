package datadir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// socketFolderFile names the substitute folder if a folder's path is too long for a socket.
const socketFolderFile = "socket-folder"

// socketPathLimit is the kernel's limit in bytes for a socket's path, excluding the final NUL.
func socketPathLimit() int {
	if runtime.GOOS == "linux" {
		return 107
	}
	return 103
}

// Sockets is the folder where a server of dir puts its socket.
type Sockets struct {
	Dir   string
	apart bool // separate from the server's folder, and removed with the last socket
}

// OpenSockets returns the folder for a socket of this name: dir itself or, if its path is too long
// for a socket, a short private one. Its path is the same at each start, unless somebody else took
// it.
func OpenSockets(dir, name string) (Sockets, error) {
	if len(filepath.Join(dir, name)) <= socketPathLimit() {
		return Sockets{Dir: dir}, nil
	}
	kept := filepath.Join(dir, socketFolderFile)
	short, err := keptSocketFolder(kept)
	if err != nil {
		return Sockets{}, err
	}
	if short != "" && len(filepath.Join(short, name)) <= socketPathLimit() {
		return Sockets{Dir: short, apart: true}, nil
	}
	return newSocketFolder(kept, name)
}

// keptSocketFolder returns the last start's folder, "" if there was none or it is now somebody
// else's.
func keptSocketFolder(kept string) (string, error) {
	text, err := os.ReadFile(kept)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read where the socket was: %w", err)
	}
	short := strings.TrimSpace(string(text))
	if !filepath.IsAbs(short) {
		return "", nil
	}
	made := os.Mkdir(short, 0o700) //nolint:gosec // the file that names it is in a folder of ours
	if made != nil && !isOurs(short) {
		return "", nil
	}
	return short, nil
}

// isOurs reports whether a folder belongs to this user and nobody else can enter it. Its parent is
// world-writable.
func isOurs(dir string) bool {
	info, err := os.Lstat(dir) //nolint:gosec // as where it is created
	if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

func newSocketFolder(kept, name string) (Sockets, error) {
	var failed []error
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		if base == "" || len(filepath.Join(base, "larder-0123456789", name)) > socketPathLimit() {
			continue
		}
		short, err := os.MkdirTemp(base, "larder-*") // created with mode 0700
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if err := Write(kept, []byte(short+"\n")); err != nil {
			return Sockets{}, fmt.Errorf("keep where the socket is: %w", err)
		}
		return Sockets{Dir: short, apart: true}, nil
	}
	return Sockets{}, fmt.Errorf("find a folder for the socket %s, whose path may have %d bytes: %w",
		name, socketPathLimit(), errors.Join(failed...))
}

// Path returns the path of a socket of this name.
func (s Sockets) Path(name string) string { return filepath.Join(s.Dir, name) }

// Close removes a folder created only for sockets, once they are gone.
func (s Sockets) Close() {
	if s.apart {
		_ = os.Remove(s.Dir)
	}
}
