package main

import (
	"context"
	"fmt"
	"log/slog"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/topology"
	"larder.dev/operate/backup"
	"larder.dev/operate/failover"
	"larder.dev/projectors"
)

// failoverCommand makes the backup the primary. Run again after an interruption, it resumes.
type failoverCommand struct {
	DryRun bool `help:"Say what would happen, and change nothing."`
}

func (c failoverCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withSwitch(ctx, s, con, log, func(ctx context.Context, primary *failover.Switch) error {
		if c.DryRun {
			return primary.Describe(ctx)
		}
		return primary.Run(ctx)
	})
}

// failbackCommand imports what only the old primary has, refills the old primary, and makes it the
// primary again.
type failbackCommand struct{}

func (failbackCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withSwitch(ctx, s, con, log, func(ctx context.Context, primary *failover.Switch) error { return primary.Back(ctx) })
}

func withSwitch(ctx context.Context, s *settings, con console, log *slog.Logger,
	do func(ctx context.Context, primary *failover.Switch) error,
) error {
	both := []stores.Store{stores.Postgres, stores.Backup}
	return withProjectors(ctx, s, con, log, both, func(ctx context.Context, larder *connection, control *projectors.Control) error {
		watch, err := larder.Topology(ctx)
		if err != nil {
			return err
		}
		watch.Refresh(ctx)
		conn, err := larder.Stream(ctx)
		if err != nil {
			return err
		}
		primary, err := failover.New(ctx, failover.Options{
			Databases: larder, Control: control, Conn: conn, Now: watch.State(),
			Sayf: func(format string, args ...any) { fmt.Fprintf(con.out, format+"\n", args...) },
			Fill: func(side topology.Side, run func(progress func(backup.Progress)) error) error {
				bar := newProgress(con.err, "fill database "+string(side), "users")
				if err := run(func(p backup.Progress) { bar.set(p.Done, p.Total) }); err != nil {
					bar.abandon()
					return err
				}
				bar.finish()
				return nil
			},
		})
		if err != nil {
			return err
		}
		return do(ctx, primary)
	})
}
