package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"larder.dev/projectors"
	"larder.dev/projectors/cache"
	"larder.dev/projectors/groceryfeed"
	"larder.dev/projectors/replica"
	"larder.dev/projectors/searchindex"
)

// project puts the four projections together.
func (sys *system) project() error {
	sys.runner = projectors.NewRunner(projectors.Deps{Conn: sys.conn, Log: sys.log},
		searchindex.New(sys.index),
		cache.New(sys.redis),
		replica.New(sys.backup),
		groceryfeed.New(sys.conn, sys.log),
	)
	if err := sys.metrics.Register(sys.runner.Collector()); err != nil {
		return fmt.Errorf("register the metrics of the projections: %w", err)
	}
	return nil
}

// withProjectors runs fn with a way to ask the process that runs the projections: a running larder, else
// this one, which runs them for as long as it takes.
func withProjectors(ctx context.Context, s *settings, con console, log *slog.Logger,
	fn func(ctx context.Context, work *workplace, control *projectors.Control) error,
) (err error) {
	work, err := enter(ctx, s, con, log)
	if err != nil {
		return err
	}
	if !work.running {
		return aloneWithProjectors(ctx, work, s, log, fn)
	}
	defer closing(&err, work.leave)
	conn, err := work.jetstream(ctx, "larder tool", log)
	if err != nil {
		return err
	}
	return fn(ctx, work, projectors.NewControl(conn))
}

// errTaskDone ends the components when the command that they were started for is done.
var errTaskDone = errors.New("the command is done")

func aloneWithProjectors(ctx context.Context, work *workplace, s *settings, log *slog.Logger,
	fn func(ctx context.Context, work *workplace, control *projectors.Control) error,
) (err error) {
	sys, err := build(ctx, work, s, "", log)
	if err != nil {
		return err
	}
	defer closing(&err, work.leave)
	stop, err := projectors.ServeControl(sys.conn, sys.runner)
	if err != nil {
		return fmt.Errorf("serve the control of the projections: %w", err)
	}
	defer stop()
	err = sys.run(ctx, func(ctx context.Context) error {
		if err := fn(ctx, work, projectors.NewControl(sys.conn)); err != nil {
			return err
		}
		return errTaskDone
	})
	if errors.Is(err, errTaskDone) {
		return nil
	}
	return err
}
