package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"larder.dev/cmd/larder/internal/component"
	commandapi "larder.dev/command-api"
	"larder.dev/projectors"
)

// statusCommand shows how far each projection is, and what the data folder takes.
type statusCommand struct {
	JSON bool `name:"json" help:"As one JSON object."`
}

// printedStatus is what `larder status --json` prints.
type printedStatus struct {
	Running     bool                `json:"running"` // a larder is up, and not just this command
	URL         string              `json:"url,omitempty"`
	Projections []projectors.Status `json:"projections"`
	Folder      *folderSize         `json:"folder,omitempty"`
	// Retention is how long deleted recipes are kept, as LARDER_RETENTION says it; "" where the database can't be asked, or
	// no relay has led yet.
	Retention string `json:"retention,omitempty"`
}

func (c statusCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	err := c.ask(ctx, s, con, log)
	var none noLarderError
	if c.JSON && errors.As(err, &none) {
		return errors.Join(printJSON(con, printedStatus{Projections: []projectors.Status{}}), err)
	}
	return err
}

func (c statusCommand) ask(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withProjectors(ctx, s, con, log, nil, func(ctx context.Context, work *workplace, control *projectors.Control) error {
		all, err := control.Overview(ctx, component.ProjectionSpecs()...)
		if err != nil {
			return fmt.Errorf("ask for the status: %w", err)
		}
		folder, err := measureFolder(ctx, s, work)
		if err != nil {
			return err
		}
		retention, known := retentionOf(ctx, work)
		if c.JSON {
			status := printedStatus{Running: !work.alone(), URL: work.URL, Projections: all, Folder: folder}
			if known {
				status.Retention = retention.String()
			}
			return printJSON(con, status)
		}
		if err := printStatus(con, all); err != nil {
			return err
		}
		if known {
			fmt.Fprintf(con.out, "\n%s\n", retention.sentence())
		}
		if folder == nil {
			return nil
		}
		return folder.print(con)
	})
}

// retentionOf asks the database, where the relay has said what it was told: this command may have been told something else.
func retentionOf(ctx context.Context, work *workplace) (keep keptFor, known bool) {
	ctx, cancel := context.WithTimeout(ctx, compareWithin)
	defer cancel()
	pool, err := work.Postgres(ctx)
	if err != nil {
		return 0, false
	}
	told, known, err := commandapi.Retention(ctx, pool)
	return keptFor(told), known && err == nil
}

func printJSON(con console, v any) error {
	out := json.NewEncoder(con.out)
	out.SetIndent("", "  ")
	if err := out.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func printStatus(con console, all []projectors.Status) error {
	table := newTable(con.out, "PROJECTION", "STATE", "POSITION", "LAG", "SECONDS", "PARKED", "SKIPPED")
	for _, p := range all {
		table.row(p.Name, p.State, fmt.Sprintf("%d of %d", p.Position, p.StreamEnd), p.LagEvents, fmt.Sprintf("%.1f", p.LagSeconds),
			p.Parked, p.Skipped, p.Reason)
	}
	return table.print("the status")
}
