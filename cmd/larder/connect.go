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

// connection is what a command works on: a running larder's stores, servers with given addresses,
// or stores that it opened itself for its duration.
type connection struct {
	*clients.Clients

	opened *stores.Stores // nil if the stores belong to somebody else
}

// connect finds the running larder through the data folder. If none is running, and every store
// that the command needs has an address, it uses those. Else it opens the stores and migrates the
// databases to this version's schema, unless the command requires existing data: noLarderError. The
// caller calls disconnect.
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

// toolName identifies a command to the stores.
const toolName = "larder tool"

// alone reports whether only this command uses the stores.
func (c *connection) alone() bool { return c.opened != nil }

// openStores locks the data folder and starts the embedded servers.
func openStores(ctx context.Context, dir string, given stores.Given, con console, log *slog.Logger) (*stores.Stores, error) {
	download := newProgress(con.err, "fetching PostgreSQL", "bytes")
	return stores.Open(ctx, stores.Options{Dir: dir, Given: given, Log: log, Download: download.set})
}

// clientsOf returns clients of the stores that this process opened, with the search index in the
// data folder.
func clientsOf(opened *stores.Stores, s *settings, name string, log *slog.Logger) *clients.Clients {
	return clients.New(clients.Options{
		Addresses: opened.Addresses, Name: name, SearchDir: filepath.Join(s.DataDir, "search"), Log: log,
		InProcess: opened.InProcessNATS(),
	})
}

// disconnect closes what was opened, in reverse order.
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

// writeSide are the stores needed by a command that changes accounts or recipes.
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

// command assembles the write side for a tool that works beside it: no HTTP, no relay.
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
	// Its hints make the relay look at once, rather than at its next slow poll.
	c.beside(ctx, api.Run)
	return api, nil
}

const (
	leaseTries = 4 // the connection to NATS may be in the making
	leasePause = 250 * time.Millisecond
)

// lease keeps a tool, like every component, from writing to a database that is no longer the
// primary: call the returned function before a write and before reporting it done. It keeps asking
// which is the primary until the command disconnects, since that can take longer than a failover.
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
