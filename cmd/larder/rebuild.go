package main

import (
	"context"
	"fmt"
	"log/slog"

	"larder.dev/projectors"
)

// rebuildCommand fills a projection anew from the stream, while the old one serves. Interrupted, it leaves
// the old one as it was; run again, it starts over.
type rebuildCommand struct {
	Name string `arg:"" enum:"search,cache,replica,grocery" help:"search, cache, replica or grocery."`
}

func (c rebuildCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withProjectors(ctx, s, con, log, nil, func(ctx context.Context, _ *workplace, control *projectors.Control) error {
		bar := newProgress(con.err, "rebuild "+c.Name, "events")
		err := control.Rebuild(ctx, c.Name, func(p projectors.Progress) { bar.set(int64(p.Done), int64(p.Total)) })
		if err != nil {
			bar.abandon()
			return fmt.Errorf("rebuild %s: %w", c.Name, err)
		}
		bar.finish()
		return nil
	})
}
