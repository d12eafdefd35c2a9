package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/operate/transfer"
)

// exportCommand prints a user's recipes in the format of `larder import`.
type exportCommand struct {
	User string `placeholder:"NAME" help:"Whose recipes; may be left out where there is one user."`
}

func (c exportCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withUser(ctx, s, con, log, c.User, func(_ *connection, api *commandapi.API, user events.User) error {
		return export(ctx, con, api, user)
	})
}

func export(ctx context.Context, con console, api *commandapi.API, user events.User) error {
	total, err := api.CountRecipes(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("export the recipes of %s: %w", user.Name, err)
	}
	bar := newProgress(con.err, "export "+user.Name, "recipes")
	out := bufio.NewWriter(con.out)
	_, err = transfer.Export(ctx, api, user.ID, out, func(done int) { bar.set(int64(done), int64(total)) })
	if err != nil {
		bar.abandon()
		return fmt.Errorf("export the recipes of %s: %w", user.Name, err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	bar.finish()
	return nil
}
