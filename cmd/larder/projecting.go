package main

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/projectors"
)

// withProjectors runs fn with a control connection to the processes that run the projections: a
// running larder's, or those on the servers, else this process, which runs them meanwhile.
func withProjectors(ctx context.Context, s *settings, con console, log *slog.Logger, needs []stores.Store,
	fn func(ctx context.Context, larder *connection, control *projectors.Control) error,
) (err error) {
	larder, err := connect(ctx, s, con, log, append(needs, stores.NATS)...)
	if err != nil {
		return err
	}
	defer closing(&err, larder.disconnect)
	conn, err := larder.Stream(ctx)
	if err != nil {
		return err
	}
	ask := func(ctx context.Context) error { return fn(ctx, larder, projectors.NewControl(conn)) }
	if !larder.alone() {
		return ask(ctx)
	}
	host := &component.Host{Clients: larder.Clients, Metrics: prometheus.NewRegistry(), Log: log}
	process, err := component.Assemble(ctx, host, toolName, nil, component.Relay(), component.AllProjectors())
	if err != nil {
		return err
	}
	return process.During(ctx, ask, larder.opened.Watch)
}
