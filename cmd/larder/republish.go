package main

import (
	"context"
	"fmt"
	"log/slog"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
)

// eventsRepublishCommand fills a lost or new stream from the ledger. Run again after an
// interruption, it resumes.
type eventsRepublishCommand struct {
	User   string `placeholder:"NAME" help:"Only this user's events."`
	DryRun bool   `help:"Count what the stream lacks, and publish nothing."`
	JSON   bool   `name:"json" help:"The result as one JSON object."`
}

func (c eventsRepublishCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	larder, err := connect(ctx, s, con, log, append(writeSide(), stores.NATS)...)
	if err != nil {
		return err
	}
	defer closing(&err, larder.disconnect)
	stream, err := larder.Stream(ctx)
	if err != nil {
		return err
	}
	if err := component.EnsureStreams(ctx, stream); err != nil {
		return err
	}
	api, err := larder.command(ctx, log)
	if err != nil {
		return err
	}
	options := commandapi.RepublishOptions{DryRun: c.DryRun}
	if c.User != "" {
		user, err := api.Users().Find(ctx, c.User)
		if err != nil {
			return fmt.Errorf("user %q: %w", c.User, err)
		}
		options.User = user.ID
	}
	bar := newProgress(con.err, "republish", "events")
	options.Progress = func(p commandapi.RepublishProgress) { bar.set(p.Looked, p.Total) }
	progress, err := api.Republish(ctx, stream, options)
	if err != nil {
		bar.abandon()
		return err
	}
	bar.finish()
	return c.print(con, progress)
}

func (c eventsRepublishCommand) print(con console, p commandapi.RepublishProgress) error {
	if c.JSON {
		return printJSON(con, p)
	}
	verb := "published again"
	if c.DryRun {
		verb = "to be published again"
	}
	fmt.Fprintf(con.out, "%s: %d of %d events of the ledger\n", verb, p.Published, p.Looked)
	return nil
}
