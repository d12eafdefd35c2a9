package main

import (
	"context"
	"fmt"
	"log/slog"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/operate/reconcile"
	"larder.dev/projectors"
	"larder.dev/projectors/searchindex"
)

// rebuildCommand refills a projection from the stream, while the old one serves, and compares it
// with the ledger before it serves. If interrupted, it leaves the old one unchanged; run again, it
// starts over. The search index keeps the replaced one to go back to.
type rebuildCommand struct {
	Name     string `arg:"" enum:"search,cache,replica,grocery" help:"search, cache, replica or grocery."`
	Rollback bool   `xor:"what" help:"Bring back what the last rebuild replaced, with all that came since (search)."`
	DropOld  bool   `xor:"what" help:"Remove what the last rebuild replaced (search)."`
	Until    moment `and:"past" xor:"what" placeholder:"TIME" help:"Make an index as it was then, beside, to look at (search)."`
	Into     string `and:"past" placeholder:"NAME" help:"The name of that index."`
	NoCheck  bool   `xor:"what" help:"Don't compare it with the ledger: for when the database is away."`
}

func (c rebuildCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	var needs []stores.Store
	do := (*projectors.Control).Rebuild
	switch {
	case c.Into != "" && c.Name != searchindex.Name:
		return usageError{"--until and --into are for search: there is no " + c.Name + " of the past"}
	case c.Into != "":
		return c.makeAsOf(ctx, s, con, log)
	case c.DropOld:
		return withProjectors(ctx, s, con, log, nil, func(ctx context.Context, _ *connection, control *projectors.Control) error {
			return control.DropOld(ctx, c.Name)
		})
	case c.Rollback:
		do = (*projectors.Control).Rollback
	case !c.NoCheck:
		needs = writeSide()
	}
	return withProjectors(ctx, s, con, log, needs, func(ctx context.Context, larder *connection, control *projectors.Control) error {
		if needs != nil {
			return c.compared(ctx, con, log, larder, control)
		}
		what := "rebuild " + c.Name
		if c.Rollback {
			what = "roll back " + c.Name
		}
		bar := newProgress(con.err, what, "events")
		err := do(control, ctx, c.Name, func(p projectors.Progress) { bar.set(int64(p.Done), int64(p.Total)) })
		return barred(bar, err, what)
	})
}

// barred ends a bar according to its work's result.
func barred(bar *progress, err error, what string) error {
	if err != nil {
		bar.abandon()
		return fmt.Errorf("%s: %w", what, err)
	}
	bar.finish()
	return nil
}

// compared rebuilds, and compares before the new view serves.
func (c rebuildCommand) compared(ctx context.Context, con console, log *slog.Logger, larder *connection,
	control *projectors.Control,
) error {
	api, err := larder.command(ctx, log)
	if err != nil {
		return err
	}
	bar := newProgress(con.err, "rebuild "+c.Name, "events")
	var result *reconcile.Result
	err = control.RebuildCompared(ctx, c.Name, func(p projectors.Progress) { bar.set(int64(p.Done), int64(p.Total)) },
		func(ctx context.Context, candidate projectors.Candidate) error {
			seen, err := reconcile.NewView(ctx, api.Ledger(), control, c.Name, candidate)
			result = &seen
			return err
		})
	if err := barred(bar, err, "rebuild "+c.Name); err != nil {
		return err
	}
	if result != nil {
		fmt.Fprintf(con.out, "compared with the ledger, %d events of %d users: nothing is missing, stale or too much\n",
			result.Events, result.Users)
	}
	return nil
}
