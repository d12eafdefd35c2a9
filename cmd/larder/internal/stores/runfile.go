package stores

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"larder.dev/internal/datadir"
)

// Addresses are those of a data folder's stores. A running `larder up` writes them to its run file,
// so that every other command finds it by the folder alone. They include passwords: the file is
// only its owner's.
type Addresses struct {
	PID               int    `json:"pid"`
	URL               string `json:"url"`          // of the HTTP API, "" if none is served
	PostgresURL       string `json:"postgres_url"` // if embedded, as its owner: for tools
	BackupPostgresURL string `json:"backup_postgres_url"`
	NATSURL           string `json:"nats_url"`
	NATSCreds         string `json:"nats_creds,omitempty"`
	FeedNATSURL       string `json:"feed_nats_url"` // NATS as the grocery feed's publisher
	FeedNATSCreds     string `json:"feed_nats_creds,omitempty"`
	FeedURL           string `json:"feed_url,omitempty"` // NATS with the grocery app's credentials
	RedisURL          string `json:"redis_url"`
	ElasticsearchURL  string `json:"elasticsearch_url,omitempty"` // "" if the search index is in the data folder
	// ElasticsearchAlias is the index's name there.
	ElasticsearchAlias string `json:"elasticsearch_alias,omitempty"`
	FeedCreds          string `json:"feed_creds,omitempty"`
	GroceryPostgresURL string `json:"grocery_postgres_url"` // the grocery app's own database
	S3Endpoint         string `json:"s3_endpoint,omitempty"`
	S3Bucket           string `json:"s3_bucket,omitempty"`
	S3AccessKey        string `json:"s3_access_key,omitempty"`
	S3SecretKey        string `json:"s3_secret_key,omitempty"`

	// Roles are what components use instead of the addresses above, by name. They stay in the
	// process.
	Roles map[string]Databases `json:"-"`
}

// Databases are both databases' addresses for one role, "" if it has none of its own.
type Databases struct{ PostgresURL, BackupPostgresURL string }

// As returns one component's addresses.
func (a Addresses) As(component string) Addresses {
	own := a.Roles[component]
	a.PostgresURL = cmp.Or(own.PostgresURL, a.PostgresURL)
	a.BackupPostgresURL = cmp.Or(own.BackupPostgresURL, a.BackupPostgresURL)
	return a
}

const runFileName = "run.json"

// ErrInUse means that another process has the data folder open. The kernel releases the lock when
// that process ends, even by kill -9, so a stale run file is never mistaken for a running larder.
var ErrInUse = errors.New("data folder is in use by another larder")

func acquire(dir string) (*datadir.Lock, error) {
	held, err := datadir.Acquire(dir)
	if errors.Is(err, datadir.ErrInUse) {
		return nil, fmt.Errorf("%s: %w", dir, ErrInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the data folder %s: %w", dir, err)
	}
	return held, nil
}

// WasEntered reports whether a larder has, or once had, the folder open. Unlike Running, it creates
// no lock file.
func WasEntered(dir string) bool { return exists(filepath.Join(dir, datadir.LockFile)) }

// HasData reports whether a larder has stored data in the folder.
func HasData(dir string) bool {
	return slices.ContainsFunc([]string{postgresFolder, NATSFolder, redisFolder, objectsFolder}, func(name string) bool {
		return exists(filepath.Join(dir, name))
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// How long a command waits for a larder that holds the folder but can't be found: it is starting or
// stopping, or is another command that works alone.
const (
	foundWithin = 20 * time.Second
	foundPoll   = 50 * time.Millisecond
)

// Running returns the addresses of the larder that has the folder open, or false if there is none.
// It waits for one that is starting or stopping; if that takes too long: ErrInUse.
func Running(ctx context.Context, dir string) (Addresses, bool, error) {
	held, found, err := acquireOrFind(ctx, dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Addresses{}, false, nil
	case err != nil:
		return Addresses{}, false, err
	case held != nil:
		return Addresses{}, false, held.Release()
	default:
		return *found, true, nil
	}
}

// acquireOrFind locks the folder, or returns the addresses of the larder that holds it.
func acquireOrFind(ctx context.Context, dir string) (*datadir.Lock, *Addresses, error) {
	waiting, cancel := context.WithTimeout(ctx, foundWithin)
	defer cancel()
	again := time.NewTicker(foundPoll)
	defer again.Stop()
	for {
		held, err := acquire(dir)
		if !errors.Is(err, ErrInUse) {
			return held, nil, err
		}
		found, err := readRunFile(dir)
		if err == nil {
			return nil, &found, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, err
		}
		select {
		case <-again.C:
		case <-waiting.Done():
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			return nil, nil, fmt.Errorf("%s: %w, which is starting or stopping", dir, ErrInUse)
		}
	}
}

// OwnersAlone refuses to return the run file's contents if others could read it, or own it: then
// its passwords have to be changed.
func OwnersAlone(dir string) error {
	path := filepath.Join(dir, runFileName)
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("look at the run file: %w", err)
	}
	const others = 0o077
	if mode := info.Mode().Perm(); mode&others != 0 {
		return fmt.Errorf("%s has passwords and may be opened by others (mode %04o): chmod 600 it, and restart larder up", path, mode)
	}
	if of, ok := info.Sys().(*syscall.Stat_t); ok && int(of.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user of this machine (uid %d): its owner alone is given passwords", path, of.Uid)
	}
	return nil
}

func readRunFile(dir string) (Addresses, error) {
	raw, err := os.ReadFile(filepath.Join(dir, runFileName))
	if err != nil {
		return Addresses{}, fmt.Errorf("read the run file: %w", err)
	}
	var a Addresses
	if err := json.Unmarshal(raw, &a); err != nil {
		return Addresses{}, fmt.Errorf("read the run file in %s: %w", dir, err)
	}
	return a, nil
}

// writeRunFile replaces the file atomically, so that a reader never sees half of it.
func writeRunFile(dir string, a Addresses) error {
	raw, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("write the run file: %w", err)
	}
	if err := datadir.Write(filepath.Join(dir, runFileName), raw); err != nil {
		return fmt.Errorf("write the run file: %w", err)
	}
	return nil
}

func removeRunFile(dir string) { _ = os.Remove(filepath.Join(dir, runFileName)) }
