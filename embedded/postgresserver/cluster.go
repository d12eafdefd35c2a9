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

	"larder.dev/internal/datadir"
)

// ErrDiskFull means that there is no room for PostgreSQL's files.
var ErrDiskFull = errors.New("the disk is full")

// cluster is one server's data: <dir>/data, as initdb creates it.
type cluster struct {
	dir string
	log *slog.Logger
}

func (c cluster) data() string { return filepath.Join(c.dir, "data") }

// major returns the major version that wrote the data, 0 if there is none yet. A data folder with
// contents but no PG_VERSION is an error: recreating it would destroy them.
func (c cluster) major() (int, error) {
	version, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION"))
	if err == nil {
		major, err := strconv.Atoi(strings.TrimSpace(string(version)))
		if err != nil {
			return 0, fmt.Errorf("read PG_VERSION of %s: %w", c.data(), err)
		}
		return major, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("read PG_VERSION: %w", err)
	}
	entries, err := os.ReadDir(c.data())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("read data folder: %w", err)
	}
	if len(entries) > 0 {
		return 0, fmt.Errorf("%s holds files but no PG_VERSION: it is damaged or isn't PostgreSQL's; "+
			"put a backup in its place, or move it away to start empty", c.data())
	}
	return 0, nil
}

// prepare creates a cluster or opens the existing one, and returns the role's password.
func (c cluster) prepare(ctx context.Context, programs programs, fresh, noSync bool) (string, error) {
	path := filepath.Join(c.dir, "password")
	if fresh {
		password, err := datadir.Secret(path)
		if err != nil {
			return "", err
		}
		return password, c.create(ctx, programs, password, noSync)
	}
	if err := programs.user.own(c.data()); err != nil {
		return "", err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := c.resetPassword(ctx, programs, path); err != nil {
			return "", fmt.Errorf("set a new password in place of the lost one: %w", err)
		}
	}
	return datadir.Secret(path)
}

// resetPassword sets a new password if the password file is missing, as after restoring only the
// data: otherwise nobody could log in. The file gets its final name last, so an interrupted reset
// is repeated.
func (c cluster) resetPassword(ctx context.Context, programs programs, path string) error {
	password, err := datadir.Secret(path + ".new")
	if err != nil {
		return err
	}
	c.log.Warn("the password of PostgreSQL is lost, setting a new one", "data", c.data())
	// The password is hexadecimal and needs no quoting.
	statement := "ALTER ROLE " + role + " PASSWORD '" + password + "'\n"
	input := strings.NewReader(statement)
	if _, err := programs.runWith(ctx, input, "postgres", "--single", "-D", c.data(), "postgres"); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("keep the new password: %w", err)
	}
	return nil
}

// create builds the cluster beside its final place and moves it there once complete, so an
// interrupted first start leaves nothing that looks like data.
func (c cluster) create(ctx context.Context, programs programs, password string, noSync bool) error {
	unfinished := c.data() + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove unfinished cluster: %w", err)
	}
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return fmt.Errorf("create data folder: %w", err)
	}
	passwordFile := filepath.Join(c.dir, "password.initdb")
	if err := os.WriteFile(passwordFile, []byte(password+"\n"), 0o600); err != nil {
		return fmt.Errorf("hand the password to initdb: %w", err)
	}
	defer os.Remove(passwordFile)
	for _, path := range []string{unfinished, passwordFile} {
		if err := programs.user.own(path); err != nil {
			return err
		}
	}
	c.log.Info("making a new PostgreSQL cluster", "data", c.data(), "major", programs.major)
	args := []string{
		"--pgdata=" + unfinished, "--username=" + role, "--pwfile=" + passwordFile,
		"--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-instructions",
	}
	if noSync {
		args = append(args, "--no-sync")
	}
	if _, err := programs.run(ctx, "initdb", args...); err != nil {
		return errors.Join(fmt.Errorf("make the cluster: %w", err), os.RemoveAll(unfinished))
	}
	if err := os.Rename(unfinished, c.data()); err != nil {
		return fmt.Errorf("put the cluster in place: %w", err)
	}
	return datadir.SyncDir(c.dir)
}

// explainDiskFull replaces an error caused by a full disk, whether from Go or in PostgreSQL's log,
// with the plain reason. initdb's pages of output would bury it.
func explainDiskFull(err error, dir string) error {
	if errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), syscall.ENOSPC.Error()) ||
		strings.Contains(err.Error(), "No space left on device") {
		return fmt.Errorf("%w: make room in %s and start again", ErrDiskFull, dir)
	}
	return err
}
