package bleveindex

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"larder.dev/internal/datadir"
)

const (
	currentFile      = "CURRENT"
	oldFile          = "OLD"
	lockFile         = "LOCK"
	stateFile        = "root.bolt" // the engine's, in each generation
	generationPrefix = "generation-"
	firstGeneration  = generationPrefix + "1"
)

// ErrLocked reports that this process or another has the index open.
var ErrLocked = errors.New("bleveindex: the index is open already")

// folder holds all generations of an index.
type folder struct {
	dir  string
	lock *folderLock
}

// folderLock is the locked file. Opening, closing or rebuilding the index may change it.
type folderLock struct{ file *os.File }

// openFolder creates the folder if it is missing, and locks it. The lock ends with the process,
// however it ends.
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
	return folder{dir: dir, lock: &folderLock{lock}}, nil
}

// unlock releases the lock before it closes the file: a child process being started briefly has the
// file open too, and closing alone would leave it the lock.
func (f folder) unlock() error {
	if err := errors.Join(unix.Flock(int(f.lock.file.Fd()), unix.LOCK_UN), f.lock.file.Close()); err != nil {
		return fmt.Errorf("unlock search index: %w", err)
	}
	return nil
}

func (f folder) path(generation string) string { return filepath.Join(f.dir, generation) }

// current returns the serving generation's name, or os.ErrNotExist if there never was one.
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

// serve makes a generation the serving one, atomically and durably.
func (f folder) serve(generation string) error {
	temporary := f.path(currentFile + ".new")
	if err := writeDurably(temporary, generation+"\n"); err != nil {
		return fmt.Errorf("name the serving generation: %w", err)
	}
	if err := datadir.SyncDir(f.path(generation)); err != nil {
		return err
	}
	if err := os.Rename(temporary, f.path(currentFile)); err != nil {
		return fmt.Errorf("name the serving generation: %w", err)
	}
	return nil
}

// oldGeneration is the one replaced by a commit, and when. The zero value is none.
type oldGeneration struct {
	name  string
	since time.Time
}

// old returns the kept generation. An invalid name is none: the next opening removes what a crash
// left of it.
func (f folder) old() oldGeneration {
	content, err := os.ReadFile(f.path(oldFile))
	if err != nil {
		return oldGeneration{}
	}
	name, instant, _ := strings.Cut(strings.TrimSuffix(string(content), "\n"), " ")
	since, err := time.Parse(time.RFC3339Nano, instant)
	if _, ok := generationNumber(name); !ok || err != nil {
		return oldGeneration{}
	}
	if serving, err := f.current(); err != nil || serving == name {
		return oldGeneration{}
	}
	return oldGeneration{name: name, since: since}
}

// keep durably records that a generation is being replaced now.
func (f folder) keep(generation string) error {
	temporary := f.path(oldFile + ".new")
	content := generation + " " + time.Now().UTC().Format(time.RFC3339Nano) + "\n"
	if err := writeDurably(temporary, content); err != nil {
		return fmt.Errorf("name the old generation: %w", err)
	}
	if err := os.Rename(temporary, f.path(oldFile)); err != nil {
		return fmt.Errorf("name the old generation: %w", err)
	}
	return nil
}

// remove removes a closed generation; "" is none.
func (f folder) remove(generation string) error {
	if generation == "" {
		return nil
	}
	if err := os.RemoveAll(f.path(generation)); err != nil {
		return fmt.Errorf("remove old generation of search index: %w", err)
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

// lacks reports that the folder has no such generation, or doesn't name it as the serving one.
func (f folder) lacks(generation string) (bool, error) {
	for _, path := range []string{f.path(currentFile), filepath.Join(f.path(generation), stateFile)} {
		_, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		if err != nil {
			return false, fmt.Errorf("look for search index %s: %w", generation, err)
		}
	}
	return false, nil
}

// restore recreates and locks a folder that was deleted while the index was open.
func (f folder) restore() error {
	if _, err := os.Stat(f.path(lockFile)); !errors.Is(err, fs.ErrNotExist) {
		return err //nolint:wrapcheck // it names the file
	}
	remade, err := openFolder(f.dir)
	if err != nil {
		return err
	}
	err = f.unlock()
	f.lock.file = remade.lock.file
	return err
}

// next returns an unused generation name, different from the serving one, whose folder may have
// been deleted; firstGeneration if there is none.
func (f folder) next(serving string) (string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return "", fmt.Errorf("list generations of search index: %w", err)
	}
	last, _ := generationNumber(serving)
	for _, entry := range entries {
		if n, ok := generationNumber(entry.Name()); ok {
			last = max(last, n)
		}
	}
	return generationPrefix + strconv.Itoa(last+1), nil
}

// removeOthers removes a crash's leftover generations that neither serve nor are kept.
func (f folder) removeOthers(serving, old string) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("list generations of search index: %w", err)
	}
	for _, entry := range entries {
		if _, ok := generationNumber(entry.Name()); !ok || entry.Name() == serving || entry.Name() == old {
			continue
		}
		if err := f.remove(entry.Name()); err != nil {
			return err
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
