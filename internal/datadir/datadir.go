// Package datadir stores the small files that an embedded server needs across restarts: its
// password, its port, and the lock that keeps a second process out of its folder.
package datadir

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// secretBytes is the length of a generated password before hex encoding: 192 bits can't be guessed.
const secretBytes = 24

// Make creates a server's folder and its parents, accessible only to their owner.
func Make(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create folder %s: %w", dir, err)
	}
	return nil
}

// Secret returns the password in the file at path, creating it on the first call. It is kept so
// that an address in a run file or at a subscriber still works after a restart. The text is
// hexadecimal, so it needs no quoting in an address or a configuration.
func Secret(path string) (string, error) {
	kept, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(kept))) == 2*secretBytes {
		return strings.TrimSpace(string(kept)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read password: %w", err)
	}
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // crypto/rand never returns an error: it crashes the process instead
	secret := hex.EncodeToString(raw)
	if err := Write(path, []byte(secret+"\n")); err != nil {
		return "", fmt.Errorf("keep password: %w", err)
	}
	return secret, nil
}

// Port returns the port stored in the file at path, or 0 if there is none or another program has
// taken it. A server should try it first, so that programs that know its address find it again.
func Port(path string) int {
	kept, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(kept)))
	if err != nil || !free(port) {
		return 0
	}
	return port
}

// KeepPort stores a server's port for [Port].
func KeepPort(path string, port int) error {
	if err := Write(path, []byte(strconv.Itoa(port)+"\n")); err != nil {
		return fmt.Errorf("keep port %d: %w", port, err)
	}
	return nil
}

// FreePort returns an unused loopback port. Another program can take it before the caller does, so
// be ready to retry.
func FreePort() (int, error) {
	listener, err := listen(0)
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if err := listener.Close(); err != nil {
		return 0, fmt.Errorf("give back the port that was found: %w", err)
	}
	if !ok {
		return 0, fmt.Errorf("find a free port: %v is not a TCP address", address)
	}
	return address.Port, nil
}

func free(port int) bool {
	listener, err := listen(port)
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// listen takes a loopback port, 0 for any.
func listen(port int) (*net.TCPListener, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return nil, fmt.Errorf("listen on port %d: %w", port, err)
	}
	return listener, nil
}

// Write atomically replaces the file at path with data, readable only by its owner, even if the
// machine crashes midway.
func Write(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // has mode 0600
	if err != nil {
		return fmt.Errorf("create file beside %s: %w", path, err)
	}
	defer os.Remove(file.Name()) // a no-op after the rename
	if err := writeSynced(file, data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("put %s in place: %w", path, err)
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes dir's entries durable: otherwise a renamed file can be gone after a power loss.
func SyncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open folder to sync: %w", err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}

func writeSynced(file *os.File, data []byte) error {
	_, err := file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
