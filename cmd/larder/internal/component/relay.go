package component

import (
	"context"
	"fmt"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/topology"
)

// Relay publishes the ledger's events to the stream. One of several leads.
func Relay() Kind {
	return Kind{
		Name:  "relay",
		Help:  "Carry the events from the database to the stream.",
		Needs: []stores.Store{stores.Postgres, stores.NATS},
		Keeps: []stores.Store{stores.Postgres, stores.NATS},
		Build: buildRelay,
	}
}

func buildRelay(ctx context.Context, host *Host) (*Component, error) {
	pool, err := host.Postgres(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := host.Stream(ctx)
	if err != nil {
		return nil, err
	}
	relay, err := commandapi.NewRelay(commandapi.RelayDeps{
		Pool: pool, PostgresURL: host.PostgresURL, Publisher: conn,
		Forgetting: &commandapi.Forgetting{Stream: conn, Keep: host.Retention},
		Filling: &commandapi.Filling{
			Stream: conn, Make: func(ctx context.Context) error { return EnsureStreams(ctx, conn) },
		},
		Metrics: host.Metrics, Tracing: host.Tracing.For("relay"), Log: host.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("put the relay together: %w", err)
	}
	watch, err := host.Topology(ctx)
	if err != nil {
		return nil, err
	}
	there, err := watchedStream(host, conn, events.Stream, relay.Doubt)
	if err != nil {
		return nil, err
	}
	return &Component{
		Run:    func(ctx context.Context) error { return relayOfPrimary(ctx, relay, host, watch) },
		Checks: []httpserver.Check{streamsCheck(conn), there},
	}, nil
}

// relayOfPrimary relays from the primary, whichever of the two databases that is, until ctx is
// done.
func relayOfPrimary(ctx context.Context, relay *commandapi.Relay, host *Host, watch *topology.Watch) error {
	for ctx.Err() == nil {
		changed, primary := watch.Changed(), watch.Known(ctx).Primary
		while, cancel := context.WithCancel(ctx)
		go func() {
			select {
			case <-changed:
				cancel()
			case <-while.Done():
			}
		}()
		err := relay.On(host.SideURL(primary)).Run(while)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}
