package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"larder.dev/cmd/larder/internal/component"
	groceryapp "larder.dev/grocery-app"
	"larder.dev/operate/reconcile"
	"larder.dev/projectors"
)

// reconcileCommand proves that stream, index, cache and replica match the ledger. It may run beside
// everything, be interrupted, and run again.
type reconcileCommand struct {
	Repair bool   `help:"Mend what is found, by publishing again."`
	User   string `placeholder:"NAME" help:"Only this user's."`
	JSON   bool   `name:"json" help:"JSON lines: {\"difference\": ...} for each, and {\"result\": ...} as the last."`
}

func (c reconcileCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withProjectors(ctx, s, con, log, writeSide(), func(ctx context.Context, larder *connection, control *projectors.Control) error {
		api, err := larder.command(ctx, log)
		if err != nil {
			return err
		}
		stream, err := larder.Stream(ctx)
		if err != nil {
			return err
		}
		if err := component.EnsureStreams(ctx, stream); err != nil {
			return err
		}
		options := reconcile.Options{Repair: c.Repair, Found: func(d reconcile.Difference) { c.found(con, d) }}
		if c.User != "" {
			user, err := api.Users().Find(ctx, c.User)
			if err != nil {
				return fmt.Errorf("user %q: %w", c.User, err)
			}
			options.User = user.ID
		}
		lists, err := listsOf(ctx, larder)
		if err != nil {
			return err
		}
		return c.reconcile(ctx, con, reconcile.Deps{
			Ledger: api.Ledger(), Stream: stream, Control: control, Views: reconcile.Views(), Lists: lists,
		}, options)
	})
}

// listsOf returns the grocery app's lists if their database's address is known: the app is a
// separate program, and may run elsewhere.
func listsOf(ctx context.Context, larder *connection) (*reconcile.Lists, error) {
	if larder.GroceryPostgresURL == "" || larder.alone() {
		return nil, nil //nolint:nilnil // none
	}
	pool, err := larder.Grocery(ctx)
	if err != nil {
		return nil, err
	}
	feed, err := larder.Feed(ctx)
	if err != nil {
		return nil, err
	}
	if err := feed.WaitReady(ctx); err != nil {
		return nil, err
	}
	return &reconcile.Lists{
		Feed: feed,
		Lacking: func(ctx context.Context, requests []groceryapp.Request) ([]groceryapp.Request, error) {
			return groceryapp.Lacking(ctx, pool, requests)
		},
	}, nil
}

func (c reconcileCommand) reconcile(ctx context.Context, con console, deps reconcile.Deps, options reconcile.Options) error {
	bar := newProgress(con.err, "reconcile", "events")
	options.Progress = bar.set
	result, err := reconcile.Run(ctx, deps, options)
	if err != nil {
		bar.abandon()
		return err
	}
	bar.finish()
	if err := c.print(con, result); err != nil {
		return err
	}
	if left := result.Differences - result.Mended; left > 0 {
		return fmt.Errorf("%d differences are not mended", left)
	}
	return nil
}

// reconciledLine is one line of `larder reconcile --json`.
type reconciledLine struct {
	Difference *reconcile.Difference `json:"difference,omitempty"`
	Result     *reconcile.Result     `json:"result,omitempty"`
}

func (c reconcileCommand) found(con console, d reconcile.Difference) {
	if c.JSON {
		if err := json.NewEncoder(con.out).Encode(reconciledLine{Difference: &d}); err != nil {
			fmt.Fprintln(con.err, "larder: print a difference:", err)
		}
		return
	}
	mended := ""
	if d.Mended {
		mended = " (mended)"
	}
	fmt.Fprintf(con.out, "%s: %s: %s: %s%s\n", d.Store, d.Kind, d.Subject, d.Detail, mended)
}

func (c reconcileCommand) print(con console, result reconcile.Result) error {
	if c.JSON {
		if err := json.NewEncoder(con.out).Encode(reconciledLine{Result: &result}); err != nil {
			return fmt.Errorf("print the result: %w", err)
		}
		return nil
	}
	fmt.Fprintf(con.out, "compared the last of %d events, of %d users: %d recipes, accounts and requests\n",
		result.Events, result.Users, result.Compared)
	if result.Waiting > 0 {
		fmt.Fprintf(con.out, "still on their way, and not compared: %d\n", result.Waiting)
	}
	if result.Differences == 0 {
		fmt.Fprintln(con.out, "nothing is missing, stale or too much")
		return nil
	}
	for _, store := range slices.Sorted(maps.Keys(result.Stores)) {
		kinds := result.Stores[store]
		fmt.Fprintf(con.out, "%s: %d missing, %d stale, %d too much\n",
			store, kinds[reconcile.Missing], kinds[reconcile.Stale], kinds[reconcile.TooMuch])
	}
	if c.Repair {
		fmt.Fprintf(con.out, "mended: %d of %d\n", result.Mended, result.Differences)
	} else {
		fmt.Fprintf(con.out, "differences: %d; larder reconcile --repair mends them\n", result.Differences)
	}
	return nil
}
