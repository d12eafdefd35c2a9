package bleveindex

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	currentFile      = "CURRENT"
	lockFile         = "LOCK"
	generationPrefix = "generation-"
	firstGeneration  = generationPrefix + "1"
)

// ErrLocked reports that another process, or this one, has the index open.
var ErrLocked = errors.New("bleveindex: the index is open already")

// folder is the place of all generations of an index.
type folder struct {
	dir  string
	lock *os.File
}

// openFolder creates the folder where it is missing, and locks it. The lock
// ends with the process, however it ends.
func openFolder(dir string) (folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return folder{}, fmt.Errorf("create folder of search index: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return folder{}, fmt.Errorf("lock search index: %w", err)
	}
	err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrLocked
	}
	if err != nil {
		return folder{}, errors.Join(fmt.Errorf("lock search index %s: %w", dir, err), lock.Close())
	}
	return folder{dir: dir, lock: lock}, nil
}

// unlock gives the folder free before it closes the file: a child process that
// is being started has the file open, too, for a moment, and closing alone
// would leave the lock with it.
func (f folder) unlock() error {
	if err := errors.Join(unix.Flock(int(f.lock.Fd()), unix.LOCK_UN), f.lock.Close()); err != nil {
		return fmt.Errorf("unlock search index: %w", err)
	}
	return nil
}

func (f folder) path(generation string) string { return filepath.Join(f.dir, generation) }

// current returns the name of the serving generation. It returns
// os.ErrNotExist where there never was one.
func (f folder) current() (string, error) {
	content, err := os.ReadFile(f.path(currentFile))
	if err != nil {
		return "", fmt.Errorf("read the name of the serving generation: %w", err)
	}
	name := strings.TrimSuffix(string(content), "\n")
	if _, ok := generationNumber(name); !ok {
		return "", fmt.Errorf("%s names no generation", f.path(currentFile))
	}
	return name, nil
}

// serve makes a generation the serving one, once and durably.
func (f folder) serve(generation string) error {
	temporary := f.path(currentFile + ".new")
	if err := writeDurably(temporary, generation+"\n"); err != nil {
		return fmt.Errorf("name the serving generation: %w", err)
	}
	if err := syncDir(f.path(generation)); err != nil {
		return err
	}
	if err := os.Rename(temporary, f.path(currentFile)); err != nil {
		return fmt.Errorf("name the serving generation: %w", err)
	}
	return nil
}

func writeDurably(path, content string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("create file: %w", err)
	}
	_, err = file.WriteString(content)
	return errors.Join(err, file.Sync(), file.Close())
}

func syncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}

// next returns a name that no generation in the folder has; firstGeneration if
// there is none.
func (f folder) next() (string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return "", fmt.Errorf("list generations of search index: %w", err)
	}
	last := 0
	for _, entry := range entries {
		if n, ok := generationNumber(entry.Name()); ok {
			last = max(last, n)
		}
	}
	return generationPrefix + strconv.Itoa(last+1), nil
}

// removeOthers removes what a crash left of other generations.
func (f folder) removeOthers(serving string) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("list generations of search index: %w", err)
	}
	for _, entry := range entries {
		if _, ok := generationNumber(entry.Name()); !ok || entry.Name() == serving {
			continue
		}
		if err := os.RemoveAll(f.path(entry.Name())); err != nil {
			return fmt.Errorf("remove old generation of search index: %w", err)
		}
	}
	return nil
}

func generationNumber(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, generationPrefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n > 0
}
