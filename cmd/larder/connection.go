package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
)

// workplace is where a command works: the stores of a running larder, or those that it opened itself for as
// long as it takes.
type workplace struct {
	stores.Addresses

	running bool           // a larder is up beside this command
	opened  *stores.Stores // nil where one is
	closers []func() error
}

// enter finds the running larder by the data folder, else opens the stores and brings the databases to this
// version's schema. The caller leaves it again.
func enter(ctx context.Context, s *settings, con console, log *slog.Logger) (*workplace, error) {
	addresses, running, err := stores.Running(s.DataDir)
	if err != nil {
		return nil, err
	}
	if running {
		return &workplace{Addresses: addresses, running: true}, nil
	}
	opened, err := openStores(ctx, s, con, log)
	if err != nil {
		return nil, err
	}
	return &workplace{Addresses: opened.Addresses, opened: opened}, nil
}

// openStores starts what is embedded and migrates both databases.
func openStores(ctx context.Context, s *settings, con console, log *slog.Logger) (*stores.Stores, error) {
	download := newProgress(con.err, "fetching PostgreSQL", "bytes")
	opened, err := stores.Open(ctx, stores.Options{Dir: s.DataDir, Given: s.given(), Log: log, Download: download.set})
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, opened.Addresses, log); err != nil {
		return nil, errors.Join(err, opened.Close()) //nolint:contextcheck // closing outlives a cancelled start
	}
	return opened, nil
}

// migrate brings both databases to this version's schema. The backup has the same one, so that it can take
// over as it is.
func migrate(ctx context.Context, a stores.Addresses, log *slog.Logger) error {
	if err := commandapi.Migrate(ctx, a.PostgresURL, log); err != nil {
		return fmt.Errorf("the database: %w", err)
	}
	if err := commandapi.Migrate(ctx, a.BackupPostgresURL, log); err != nil {
		return fmt.Errorf("the backup database: %w", err)
	}
	return nil
}

// leave closes what was opened, youngest first.
func (w *workplace) leave() error {
	var failed []error
	for _, closer := range slices.Backward(w.closers) {
		failed = append(failed, closer())
	}
	if w.opened != nil {
		failed = append(failed, w.opened.Close())
	}
	return errors.Join(failed...)
}

func (w *workplace) onLeave(closer func() error) { w.closers = append(w.closers, closer) }

func (w *workplace) postgres(ctx context.Context, application string) (*pgxpool.Pool, error) {
	return w.pool(ctx, w.PostgresURL, application)
}

func (w *workplace) pool(ctx context.Context, url, application string) (*pgxpool.Pool, error) {
	pool, err := postgres.Open(ctx, url, postgres.Options{Application: application})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	w.onLeave(func() error { pool.Close(); return nil })
	return pool, nil
}

func (w *workplace) redis(ctx context.Context) (*redis.Client, error) {
	client, err := redis.Open(ctx, w.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("open Redis: %w", err)
	}
	w.onLeave(client.Close)
	return client, nil
}

func (w *workplace) jetstream(ctx context.Context, name string, log *slog.Logger) (*jetstream.Conn, error) {
	conn, err := jetstream.Connect(ctx, jetstream.Options{URL: w.NATSURL, Creds: w.NATSCreds, Name: name, Log: log})
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	w.onLeave(func() error { conn.Close(); return nil })
	return conn, nil
}

// closing ends a command: its own error first, then that of closing.
//
//nolint:gocritic // a deferred call can only add to the caller's named result through its address
func closing(err *error, leave func() error) { *err = errors.Join(*err, leave()) }

// command puts the write side together for a tool that works beside it: no HTTP, no relay.
func (w *workplace) command(ctx context.Context, log *slog.Logger) (*commandapi.API, error) {
	pool, err := w.postgres(ctx, "larder tool")
	if err != nil {
		return nil, err
	}
	client, err := w.redis(ctx)
	if err != nil {
		return nil, err
	}
	api, err := commandapi.New(commandapi.Deps{
		Pool: pool, PostgresURL: w.PostgresURL, Redis: client, Sessions: identity.NewSessions(client), Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("put the write side together: %w", err)
	}
	// The hints that it sends make the relay look at once, and not at its next slow poll.
	hinting, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { api.Run(hinting) })
	w.onLeave(func() error { stop(); running.Wait(); return nil })
	return api, nil
}
