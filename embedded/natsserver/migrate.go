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
	// globalAccount is the server's name for the account of users that have none.
	globalAccount = "$G"
	feedStream    = "GROCERY"
)

// moveToAccounts brings a folder of the time when both streams were in one account to the accounts of today.
// The folder of a stream has all there is to it: messages with their places, and consumers with theirs. So it
// is renamed, which happens whole or not at all, and no subscriber gets anything twice. The feed goes first:
// a process that is killed in between finds the rest to do by the old account's folder.
func moveToAccounts(dir string) error {
	accounts := filepath.Join(dir, storeFolder, "jetstream") // the second is the server's own
	old := filepath.Join(accounts, globalAccount)
	if _, err := os.Stat(old); err != nil {
		return nil //nolint:nilerr // not there, or not to be looked at, which the server says better
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

// move renames a folder durably. One that isn't there is no error.
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
