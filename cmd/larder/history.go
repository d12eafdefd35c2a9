package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
)

// historyCommand lists a recipe's versions, oldest first, or shows the recipe as of one of them.
type historyCommand struct {
	Recipe  string `arg:"" help:"The recipe's id."`
	Version int64  `arg:"" optional:"" help:"Print the recipe as it was at this version, as JSON."`
	User    string `placeholder:"NAME" help:"Whose recipe; may be left out where there is one user."`
	JSON    bool   `name:"json" help:"The versions as one JSON array."`
}

// printedVersion is one line of a history.
type printedVersion struct {
	Version int64       `json:"version"`
	Type    events.Type `json:"type"`
	Time    time.Time   `json:"time"`
	Name    string      `json:"name"`
}

func (c historyCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	if c.Version < 0 {
		return usageError{"versions count from 1"}
	}
	return withUser(ctx, s, con, log, c.User, func(_ *connection, api *commandapi.API, user events.User) error {
		if c.Version > 0 {
			earlier, err := api.AsOf(ctx, user.ID, c.Recipe, c.Version)
			if err != nil {
				return fmt.Errorf("history of %s: %w", user.Name, err)
			}
			return printJSON(con, earlier)
		}
		entries, err := api.History(ctx, user.ID, c.Recipe)
		if err != nil {
			return fmt.Errorf("history of %s: %w", user.Name, err)
		}
		return c.print(con, entries)
	})
}

func (c historyCommand) print(con console, entries []commandapi.LedgerEntry) error {
	versions := make([]printedVersion, len(entries))
	for i, entry := range entries {
		e := entry.Event
		recipe, err := events.DecodeRecipe(e)
		if err != nil {
			return fmt.Errorf("read version %d of recipe %s: %w", e.Version, c.Recipe, err)
		}
		versions[i] = printedVersion{Version: e.Version, Type: e.Type, Time: e.Time.UTC(), Name: recipe.Name}
	}
	if c.JSON {
		return printJSON(con, versions)
	}
	table := newTable(con.out, "VERSION", "TIME", "WHAT", "NAME")
	for _, v := range versions {
		table.row(v.Version, v.Time.Format(time.RFC3339), v.Type, v.Name)
	}
	return table.print("the history")
}

// restoreCommand makes an earlier version of a recipe current, even of a deleted one.
type restoreCommand struct {
	Recipe  string `arg:"" help:"The recipe's id."`
	Version int64  `arg:"" help:"The version to bring back, as history shows it."`
	User    string `placeholder:"NAME" help:"Whose recipe; may be left out where there is one user."`
}

func (c restoreCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	if c.Version < 1 {
		return usageError{"versions count from 1"}
	}
	return withUser(ctx, s, con, log, c.User, func(larder *connection, api *commandapi.API, user events.User) error {
		restored, err := api.Restore(ctx, user.ID, c.Recipe, c.Version)
		if err != nil {
			return err
		}
		if !larder.alone() && larder.NATSURL != "" {
			if err := awaitCaughtUp(ctx, larder, api, user.ID, con); err != nil {
				return err
			}
		}
		fmt.Fprintf(con.out, "%q is as it was at version %d, now version %d\n", restored.Name, c.Version, restored.Version)
		return nil
	})
}

// withUser runs fn with the write side and one of its users; see chosenUser.
func withUser(ctx context.Context, s *settings, con console, log *slog.Logger, name string,
	fn func(larder *connection, api *commandapi.API, user events.User) error,
) error {
	return onWriteSide(ctx, s, con, log, func(larder *connection, api *commandapi.API) error {
		user, err := chosenUser(ctx, api.Users(), name)
		if err != nil {
			return err
		}
		return fn(larder, api, user)
	})
}
