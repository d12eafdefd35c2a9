package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/events"
	fileservice "larder.dev/file-service"
	"larder.dev/importer"
	"larder.dev/operate"
	"larder.dev/projectors"
)

// userDeleteCommand removes a user and everything of theirs from every store. It reports what it
// removed where. If interrupted, it can only be rerun with the same name while the account exists;
// otherwise the deletion's event erases the views.
type userDeleteCommand struct {
	userNamed

	Yes bool `short:"y" help:"Don't ask. Nobody is asked either where standard input is no terminal, as in a script."`
}

func (c userDeleteCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withProjectors(ctx, s, con, log, writeSide(), func(ctx context.Context, larder *connection, control *projectors.Control) error {
		api, err := larder.command(ctx, log)
		if err != nil {
			return err
		}
		user, err := api.Users().Find(ctx, c.Name)
		if err != nil {
			return fmt.Errorf("delete %q: %w", c.Name, err)
		}
		recipes, err := api.CountRecipes(ctx, user.ID)
		if err != nil {
			return fmt.Errorf("delete %q: %w", c.Name, err)
		}
		if err := c.confirm(con, recipes); err != nil {
			return err
		}
		if _, err := api.Users().Delete(ctx, c.Name); err != nil {
			return fmt.Errorf("delete %q: %w", c.Name, err)
		}
		fmt.Fprintf(con.out, "database: %d recipes, their history and the account\n", recipes)
		if err := eraseFiles(ctx, larder, user, con); err != nil {
			return err
		}
		if n, err := larder.asOf(s, log).Erase(ctx, user.ID); err != nil {
			return err
		} else if n > 0 {
			fmt.Fprintf(con.out, "indices of the past: %d\n", n)
		}
		err = eraseViews(ctx, api, control, user, con)
		if errors.Is(err, context.DeadlineExceeded) || isAway(err) {
			fmt.Fprintln(con.err, "the relay or the projectors are away: the views are erased when they are back (larder status)")
			return nil
		}
		return err
	})
}

func (c userDeleteCommand) confirm(con console, recipes int) error {
	if c.Yes {
		return nil
	}
	return confirm(con, fmt.Sprintf("Delete %s with %d recipes, their history and files, for good?", c.Name, recipes))
}

// eraseFiles removes a deleted user's files from the object store. If this command doesn't know the
// store, or can't reach it, the file service's sweep removes them within an hour or two.
func eraseFiles(ctx context.Context, larder *connection, user events.User, con console) error {
	if larder.Address(stores.Objects) == "" {
		fmt.Fprintln(con.out, "files: left to the sweep of the file service (LARDER_S3_ENDPOINT isn't given)")
		return nil
	}
	pool, err := larder.Postgres(ctx)
	if err != nil {
		return err
	}
	objects, err := larder.Objects(ctx)
	if err != nil {
		return err
	}
	count, err := fileservice.Erase(ctx, pool, objects, user.ID)
	if err == nil {
		_, err = importer.Erase(ctx, objects, user.ID) // of imports under way
	}
	if err != nil {
		fmt.Fprintf(con.err, "files: the object store can't be asked; the sweep of the file service removes them (%v)\n", err)
		return nil
	}
	fmt.Fprintf(con.out, "files: %d\n", count)
	return nil
}

func eraseViews(ctx context.Context, api *commandapi.API, control *projectors.Control, user events.User, con console) error {
	ctx, cancel := context.WithTimeout(ctx, caughtUpWithin)
	defer cancel()
	// Otherwise an event that the relay is publishing would arrive after the purge.
	if err := operate.Until(ctx, donePoll, func() (bool, error) { return api.Ledger().IsPublished(ctx, user.ID) }); err != nil {
		return fmt.Errorf("wait for the relay: %w", err)
	}
	return eraseEverywhere(ctx, control, user, con)
}

// eraseEverywhere removes a deleted user from the streams and the views. The deletion's event does
// the same by itself; asking waits for it and returns the counts.
func eraseEverywhere(ctx context.Context, control *projectors.Control, user events.User, con console) error {
	erased, err := control.Erase(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("erase %s from the views: %w", user.ID, err)
	}
	for _, place := range erased {
		fmt.Fprintf(con.out, "%s: %d\n", place.Name, place.Count)
	}
	return nil
}
