package natsserver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"larder.dev/internal/datadir"
	"larder.dev/internal/natsaccounts"
)

const (
	storeFolder = "jetstream"
	// globalAccount is the server's name for the account of users without one.
	globalAccount = "$G"
	feedStream    = "GROCERY"
)

// moveToAccounts migrates a data folder in which both streams share one account to one account per
// stream. A stream's folder holds everything it has: messages with their sequences and consumers
// with their positions. So rename it, which is atomic and delivers nothing twice. Move the feed
// first: if the process is killed in between, the old account's folder shows that work is left.
func moveToAccounts(dir string) error {
	accounts := filepath.Join(dir, storeFolder, "jetstream") // the server adds "jetstream"
	old := filepath.Join(accounts, globalAccount)
	if _, err := os.Stat(old); err != nil {
		return nil //nolint:nilerr // missing, or unreadable, which the server reports better
	}
	err := move(filepath.Join(old, "streams", feedStream),
		filepath.Join(accounts, natsaccounts.Feed, "streams", feedStream))
	if err == nil {
		err = move(old, filepath.Join(accounts, natsaccounts.Larder))
	}
	if err != nil {
		return fmt.Errorf("move the streams to their accounts: %w", err)
	}
	return nil
}

// move renames a folder durably. A missing folder is no error.
func move(from, to string) error {
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := datadir.Make(filepath.Dir(to)); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err //nolint:wrapcheck // names both folders
	}
	return errors.Join(datadir.SyncDir(filepath.Dir(to)), datadir.SyncDir(filepath.Dir(from)))
}
