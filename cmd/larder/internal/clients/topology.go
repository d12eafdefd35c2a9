package clients

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/natsaccounts"
	"larder.dev/internal/postgres"
	"larder.dev/internal/topology"
)

// replicaOf precedes the epoch in what the replica's connections declare.
const replicaOf = "replica-"

// Topology returns the watch of which database is the primary. A writing process runs it.
func (c *Clients) Topology(ctx context.Context) (*topology.Watch, error) {
	if c.watch != nil {
		return c.watch, nil
	}
	var sources []topology.Source
	if c.Address(stores.Backup) != "" && c.Address(stores.Postgres) != "" {
		for _, side := range []topology.Side{topology.A, topology.B} {
			pool, err := c.Side(ctx, side)
			if err != nil {
				return nil, err
			}
			sources = append(sources, topology.DatabaseSource(side, pool))
		}
	}
	if c.NATSURL != "" {
		conn, err := jetstream.Connect(ctx, jetstream.Options{
			URL: c.NATSURL, Creds: c.NATSCreds, Name: c.Name + " control", InboxPrefix: natsaccounts.ControlInbox, Log: c.Log,
			InProcess: c.InProcess,
		})
		if err != nil {
			return nil, opening(stores.NATS, err)
		}
		c.OnClose(func() error { conn.Close(); return nil })
		sources = append(sources, topology.BucketSource(conn))
	}
	c.watch = topology.NewWatch(c.Log, sources...)
	return c.watch, nil
}

// Watching returns the watch, nil if nobody has asked for it.
func (c *Clients) Watching() *topology.Watch { return c.watch }

// Side returns a small pool for one side, whatever its role. It declares no epoch, and can write no
// event.
func (c *Clients) Side(ctx context.Context, side topology.Side) (*pgxpool.Pool, error) {
	return c.sidePool(ctx, side, "none")
}

// Filling returns a pool of one side for making a fenced database a copy of the primary.
func (c *Clients) Filling(ctx context.Context, side topology.Side) (*pgxpool.Pool, error) {
	return c.sidePool(ctx, side, "fill")
}

// Writing returns a pool of one side that writes in an epoch.
func (c *Clients) Writing(ctx context.Context, side topology.Side, epoch int64) (*pgxpool.Pool, error) {
	return c.sidePool(ctx, side, strconv.FormatInt(epoch, 10))
}

const sideConns = 3

func (c *Clients) sidePool(ctx context.Context, side topology.Side, epoch string) (*pgxpool.Pool, error) {
	route := postgres.Route{URL: c.SideURL(side), Epoch: epoch}
	pool, err := postgres.Open(ctx, route.URL, postgres.Options{
		Application: c.Name + " control", MaxConns: sideConns,
		Steer: func(context.Context) postgres.Route { return route },
	})
	if err != nil {
		return nil, opening(stores.Postgres, err)
	}
	c.OnClose(func() error { pool.Close(); return nil })
	return pool, nil
}

// SideURL returns one side's address.
func (c *Clients) SideURL(side topology.Side) string {
	if side == topology.B {
		return c.BackupPostgresURL
	}
	return c.PostgresURL
}

func (c *Clients) toPrimary(watch *topology.Watch) func(ctx context.Context) postgres.Route {
	return func(ctx context.Context) postgres.Route {
		state := watch.Known(ctx)
		return postgres.Route{URL: c.SideURL(state.Primary), Epoch: strconv.FormatInt(state.Epoch, 10)}
	}
}

func (c *Clients) toBackup(watch *topology.Watch) func(ctx context.Context) postgres.Route {
	return func(ctx context.Context) postgres.Route {
		state := watch.Known(ctx)
		return postgres.Route{URL: c.SideURL(state.Primary.Other()), Epoch: replicaOf + strconv.FormatInt(state.Epoch, 10)}
	}
}
