package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	commandapi "larder.dev/command-api"
	"larder.dev/internal/bleveindex"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/redis"
	"larder.dev/projectors"
	queryapi "larder.dev/query-api"
)

// errStoreDied ends the process: it can't go on without its database, and starting again is what helps.
var errStoreDied = errors.New("the embedded PostgreSQL ended by itself; its log is in the data folder")

// system is every component in one process, over the stores of one data folder.
type system struct {
	work *workplace
	log  *slog.Logger

	primary, backup *pgxpool.Pool
	redis           *redis.Client
	conn            *jetstream.Conn
	index           *bleveindex.Index
	sessions        *identity.Sessions
	metrics         *prometheus.Registry

	command *commandapi.API
	query   *queryapi.API
	runner  *projectors.Runner
}

// build opens the connections and puts the components together. It takes the workplace over: the system's
// close leaves it.
func build(ctx context.Context, work *workplace, s *settings, origin string, log *slog.Logger) (*system, error) {
	sys := &system{work: work, log: log, metrics: prometheus.NewRegistry()}
	if err := sys.connect(ctx, s); err != nil {
		return nil, errors.Join(err, work.leave()) //nolint:contextcheck // closing outlives a cancelled start
	}
	if err := sys.assemble(origin); err != nil {
		return nil, errors.Join(err, work.leave()) //nolint:contextcheck // closing outlives a cancelled start
	}
	return sys, nil
}

func (sys *system) connect(ctx context.Context, s *settings) (err error) {
	if sys.primary, err = sys.work.postgres(ctx, "larder"); err != nil {
		return err
	}
	if sys.backup, err = sys.work.pool(ctx, sys.work.BackupPostgresURL, "larder backup"); err != nil {
		return err
	}
	if sys.redis, err = sys.work.redis(ctx); err != nil {
		return err
	}
	if sys.conn, err = sys.work.jetstream(ctx, "larder", sys.log); err != nil {
		return err
	}
	if err := ensureStreams(ctx, sys.conn); err != nil {
		return err
	}
	sys.index, err = bleveindex.Open(filepath.Join(s.DataDir, "search"), bleveindex.Options{Log: sys.log})
	if err != nil {
		return fmt.Errorf("open the search index: %w", err)
	}
	sys.work.onLeave(sys.index.Close)
	return nil
}

// ensureStreams makes the two streams, or brings them to this version's settings.
func ensureStreams(ctx context.Context, conn *jetstream.Conn) error {
	for _, stream := range projectors.Streams() {
		if err := conn.EnsureStream(ctx, stream); err != nil {
			return fmt.Errorf("make the stream %s: %w", stream.Name, err)
		}
	}
	return nil
}

func (sys *system) assemble(origin string) (err error) {
	sys.sessions = identity.NewSessions(sys.redis)
	sys.command, err = commandapi.New(commandapi.Deps{
		Pool: sys.primary, PostgresURL: sys.work.PostgresURL, Redis: sys.redis, Sessions: sys.sessions,
		Publisher: sys.conn, Origin: origin, Metrics: sys.metrics, Log: sys.log,
	})
	if err != nil {
		return fmt.Errorf("put the write side together: %w", err)
	}
	sys.query, err = queryapi.New(queryapi.Deps{
		Redis: sys.redis, Sessions: sys.sessions, Primary: sys.primary, Backup: sys.backup, Index: sys.index,
		Stream: sys.conn, Origin: origin, Metrics: sys.metrics, Log: sys.log,
	})
	if err != nil {
		return fmt.Errorf("put the read side together: %w", err)
	}
	return sys.project()
}

// run keeps the relay and the projections going until ctx is done, and then lets them finish.
func (sys *system) run(ctx context.Context, also ...func(ctx context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { sys.command.Run(ctx); return nil })
	group.Go(func() error { return sys.command.Relay().Run(ctx) })
	group.Go(func() error { return sys.runner.Run(ctx) })
	group.Go(func() error { return sys.watch(ctx) })
	for _, fn := range also {
		group.Go(func() error { return fn(ctx) })
	}
	return group.Wait()
}

// watch ends the process when an embedded server ends by itself.
func (sys *system) watch(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-sys.work.opened.Died():
		return errStoreDied
	}
}
