package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"larder.dev/cmd/larder/internal/clients"
	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/internal/identity"
	"larder.dev/operate"
)

// connection is what a command works on: the stores of a running larder, servers whose addresses it was given,
// or stores that it opened itself for as long as it takes.
type connection struct {
	*clients.Clients

	opened *stores.Stores // nil where the stores are somebody else's
}

// connect finds the running larder by the data folder. Where none runs, and there is an address for each store
// that the command needs, it works on those. Else it opens the stores and brings the databases to this
// version's schema, but for a command that finds nothing there: noLarderError. The caller disconnects again.
func connect(ctx context.Context, s *settings, con console, log *slog.Logger, needs ...stores.Store) (*connection, error) {
	addresses, running, err := s.find(ctx)
	if err != nil {
		return nil, err
	}
	if !running {
		addresses = s.given().Addresses()
	}
	if running || len(addresses.Missing(needs...)) == 0 {
		return &connection{Clients: clients.New(clients.Options{Addresses: addresses, Name: toolName, Log: log})}, nil
	}
	if err := s.lacks(); err != nil {
		return nil, err
	}
	opened, err := openStores(ctx, s.DataDir, s.given(), con, log)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, s.databases(opened.Addresses, nil), log); err != nil {
		return nil, errors.Join(err, opened.Close()) //nolint:contextcheck // closing outlives a cancelled start
	}
	return &connection{Clients: clientsOf(opened, s, toolName, log), opened: opened}, nil
}

// toolName is what the stores see of a command.
const toolName = "larder tool"

// alone tells whether nobody but this command uses the stores.
func (c *connection) alone() bool { return c.opened != nil }

// openStores takes the data folder and starts what is embedded.
func openStores(ctx context.Context, dir string, given stores.Given, con console, log *slog.Logger) (*stores.Stores, error) {
	download := newProgress(con.err, "fetching PostgreSQL", "bytes")
	return stores.Open(ctx, stores.Options{Dir: dir, Given: given, Log: log, Download: download.set})
}

// clientsOf are clients of the stores that this process has opened, with the search index in the data folder.
func clientsOf(opened *stores.Stores, s *settings, name string, log *slog.Logger) *clients.Clients {
	return clients.New(clients.Options{
		Addresses: opened.Addresses, Name: name, SearchDir: filepath.Join(s.DataDir, "search"), Log: log,
		InProcess: opened.InProcessNATS(),
	})
}

// disconnect closes what was opened, youngest first.
func (c *connection) disconnect() error {
	err := c.Close()
	if c.opened != nil {
		err = errors.Join(err, c.opened.Close())
	}
	return err
}

// closing ends a command: its own error first, then that of closing.
//
//nolint:gocritic // a deferred call can only add to the caller's named result through its address
func closing(err *error, end func() error) { *err = errors.Join(*err, end()) }

// writeSide are the stores that a command needs which changes accounts or recipes.
func writeSide() []stores.Store { return []stores.Store{stores.Postgres, stores.Redis} }

// onWriteSide runs a use case of the write side, beside a running larder or alone.
func onWriteSide(ctx context.Context, s *settings, con console, log *slog.Logger,
	fn func(larder *connection, api *commandapi.API) error,
) (err error) {
	larder, err := connect(ctx, s, con, log, writeSide()...)
	if err != nil {
		return err
	}
	defer closing(&err, larder.disconnect)
	api, err := larder.command(ctx, log)
	if err != nil {
		return err
	}
	return fn(larder, api)
}

// command puts the write side together for a tool that works beside it: no HTTP, no relay.
func (c *connection) command(ctx context.Context, log *slog.Logger) (*commandapi.API, error) {
	pool, err := c.Postgres(ctx)
	if err != nil {
		return nil, err
	}
	client, err := c.Redis(ctx)
	if err != nil {
		return nil, err
	}
	mayWrite, err := c.lease(ctx)
	if err != nil {
		return nil, err
	}
	api, err := commandapi.New(commandapi.Deps{
		MayWrite: mayWrite, Pool: pool, Redis: client, Sessions: identity.NewSessions(client), Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("put the write side together: %w", err)
	}
	// The hints that it sends make the relay look at once, and not at its next slow poll.
	c.beside(ctx, api.Run)
	return api, nil
}

const (
	leaseTries = 4 // the connection to NATS may be just being made
	leasePause = 250 * time.Millisecond
)

// lease keeps a tool from writing to a database that isn't the primary any more, as every component is kept: what it
// gives is to be asked before a write and before saying that it is made. It asks who is the primary until the command
// disconnects, since it can take longer than a failover.
func (c *connection) lease(ctx context.Context) (mayWrite func() error, err error) {
	watch, err := c.Topology(ctx)
	if err != nil {
		return nil, err
	}
	for range leaseTries {
		watch.Refresh(ctx)
		if watch.MayWrite() == nil {
			break
		}
		if err := operate.Pause(ctx, leasePause); err != nil {
			return nil, err
		}
	}
	c.beside(ctx, watch.Run)
	return watch.MayWrite, nil
}

// beside runs something until the command disconnects.
func (c *connection) beside(ctx context.Context, run func(ctx context.Context)) {
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	c.OnClose(func() error { stop(); running.Wait(); return nil })
}
