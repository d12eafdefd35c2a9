package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"text/tabwriter"

	"larder.dev/cmd/larder/internal/component"
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
}

func (c statusCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withProjectors(ctx, s, con, log, nil, func(ctx context.Context, work *workplace, control *projectors.Control) error {
		all, err := control.Overview(ctx, component.ProjectionSpecs()...)
		if err != nil {
			return fmt.Errorf("ask for the status: %w", err)
		}
		folder, err := measureFolder(ctx, s, work)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(con, printedStatus{Running: !work.alone(), URL: work.URL, Projections: all, Folder: folder})
		}
		if err := printStatus(con, all); err != nil || folder == nil {
			return err
		}
		return folder.print(con)
	})
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
	table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROJECTION\tSTATE\tPOSITION\tLAG\tSECONDS\tPARKED\tSKIPPED\t")
	for _, p := range all {
		fmt.Fprintf(table, "%s\t%s\t%d of %d\t%d\t%.1f\t%d\t%d\t%s\n",
			p.Name, p.State, p.Position, p.StreamEnd, p.LagEvents, p.LagSeconds, p.Parked, p.Skipped, p.Reason)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the status: %w", err)
	}
	return nil
}
