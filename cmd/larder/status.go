package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"larder.dev/cmd/larder/internal/component"
	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors"
)

// statusCommand shows each projection's position, and the data folder's size.
type statusCommand struct {
	JSON bool `name:"json" help:"As one JSON object."`
}

// printedStatus is what `larder status --json` prints.
type printedStatus struct {
	Running     bool                `json:"running"` // a larder is up, not just this command
	URL         string              `json:"url,omitempty"`
	Projections []projectors.Status `json:"projections"`
	Filling     bool                `json:"filling,omitempty"` // the stream is new and being filled from the ledger
	Relay       *relayStatus        `json:"relay,omitempty"`
	Servers     []serverStatus      `json:"servers,omitempty"`
	Folder      *folderSize         `json:"folder,omitempty"`
	// Retention is how long deleted recipes are kept, in LARDER_RETENTION's format; "" if the
	// database is unreachable, or no relay has led yet.
	Retention string `json:"retention,omitempty"`
}

func (c statusCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	err := c.ask(ctx, s, con, log)
	var none noLarderError
	if c.JSON && errors.As(err, &none) {
		return errors.Join(printJSON(con, printedStatus{Projections: []projectors.Status{}, Servers: []serverStatus{}}), err)
	}
	return err
}

func (c statusCommand) ask(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withProjectors(ctx, s, con, log, nil, func(ctx context.Context, larder *connection, control *projectors.Control) error {
		status := printedStatus{Running: !larder.alone(), URL: larder.URL, Projections: []projectors.Status{}}
		// Report what is known, even if NATS can't be asked for the rest.
		status.Servers, status.Relay = servers(ctx, larder), relaying(ctx, larder)
		all, failed := control.Overview(ctx, component.ProjectionSpecs()...)
		if failed != nil {
			failed = fmt.Errorf("ask how far the projections are: %w", failed)
		} else {
			status.Projections, status.Filling = all, fillsStream(ctx, larder)
		}
		var err error
		if status.Folder, err = measureFolder(ctx, s, larder); err != nil {
			return errors.Join(failed, err)
		}
		retention, known := retentionOf(ctx, larder)
		if known {
			status.Retention = retention.String()
		}
		if c.JSON {
			return errors.Join(failed, printJSON(con, status))
		}
		return errors.Join(failed, status.print(con, retention))
	})
}

func (p printedStatus) print(con console, retention keptFor) error {
	if err := printStatus(con, p.Projections); err != nil {
		return err
	}
	if p.Filling {
		fmt.Fprintln(con.out, "\nThe stream of events is new, and the relay fills it from the ledger. What is written meanwhile waits.")
	}
	if relay := p.Relay; relay != nil {
		if err := relay.print(con); err != nil {
			return err
		}
	}
	if err := printServers(con, p.Servers); err != nil {
		return err
	}
	if p.Retention != "" {
		fmt.Fprintf(con.out, "\n%s\n", retention.sentence())
	}
	if folder := p.Folder; folder != nil {
		return folder.print(con)
	}
	return nil
}

// fillsStream reports whether the stream lacks events published by the ledger. Others report an
// unreachable stream.
func fillsStream(ctx context.Context, larder *connection) bool {
	conn, err := larder.Stream(ctx)
	if err != nil {
		return false
	}
	state, err := conn.State(ctx, events.Stream)
	return errors.Is(err, jetstream.ErrNotFound) || err == nil && !commandapi.Filled(state)
}

// retentionOf reads the database, where the relay has recorded its setting: this command's may
// differ.
func retentionOf(ctx context.Context, larder *connection) (keep keptFor, known bool) {
	ctx, cancel := context.WithTimeout(ctx, compareWithin)
	defer cancel()
	pool, err := larder.Postgres(ctx)
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
