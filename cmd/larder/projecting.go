package main

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/projectors"
)

// withProjectors runs fn with a way to ask the processes that run the projections: those of a running larder,
// or those on the servers, else this one, which runs them for as long as it takes.
func withProjectors(ctx context.Context, s *settings, con console, log *slog.Logger, needs []stores.Store,
	fn func(ctx context.Context, work *workplace, control *projectors.Control) error,
) (err error) {
	work, err := enter(ctx, s, con, log, append(needs, stores.NATS)...)
	if err != nil {
		return err
	}
	defer closing(&err, work.leave)
	conn, err := work.Stream(ctx)
	if err != nil {
		return err
	}
	ask := func(ctx context.Context) error { return fn(ctx, work, projectors.NewControl(conn)) }
	if !work.alone() {
		return ask(ctx)
	}
	host := &component.Host{Clients: work.Clients, Metrics: prometheus.NewRegistry(), Log: log}
	process, err := component.Assemble(ctx, host, toolName, nil, component.Relay(), component.AllProjectors())
	if err != nil {
		return err
	}
	return process.During(ctx, ask, work.opened.Watch)
}
