package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/projectors"
)

// eventsParkedCommand lists the events that a projection couldn't apply, and handles them.
type eventsParkedCommand struct {
	Projection string `placeholder:"NAME" enum:"search,cache,replica,grocery,erasure," default:"" help:"Only this projection's."`
	Sequence   uint64 `placeholder:"SEQUENCE" help:"Only the event at this stream sequence."`
	Retry      bool   `xor:"deal" help:"Apply them once more, as after an update that can read them."`
	Drop       bool   `xor:"deal" help:"Forget them without applying them."`
	JSON       bool   `name:"json" help:"As one JSON array."`
}

func (c eventsParkedCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withProjectors(ctx, s, con, log, nil, func(ctx context.Context, _ *connection, control *projectors.Control) error {
		all, err := control.Parked(ctx)
		if err != nil {
			return fmt.Errorf("ask for the parked events: %w", err)
		}
		parked := c.chosen(all)
		if c.Sequence > 0 && len(parked) == 0 {
			return fmt.Errorf("no event is parked at %d", c.Sequence) //nolint:err113 // for a person
		}
		switch {
		case c.Retry:
			return c.deal(ctx, con, parked, "applied", control.RetryParked)
		case c.Drop:
			return c.deal(ctx, con, parked, "dropped", control.DropParked)
		case c.JSON:
			return printJSON(con, parked)
		default:
			return printParked(con, parked)
		}
	})
}

func (c eventsParkedCommand) chosen(all []projectors.ParkedEvent) []projectors.ParkedEvent {
	chosen := []projectors.ParkedEvent{}
	for _, event := range all {
		if (c.Projection == "" || event.Projection == c.Projection) && (c.Sequence == 0 || event.Sequence == c.Sequence) {
			chosen = append(chosen, event)
		}
	}
	return chosen
}

// deal continues after an event that fails: it stays parked, and is reported.
func (eventsParkedCommand) deal(ctx context.Context, con console, parked []projectors.ParkedEvent, done string,
	with func(ctx context.Context, projection string, sequence uint64) error,
) error {
	var failed []error
	for _, event := range parked {
		if err := with(ctx, event.Projection, event.Sequence); err != nil {
			failed = append(failed, fmt.Errorf("%s, message %d on %s: %w", event.Projection, event.Sequence, event.Subject, err))
		}
	}
	fmt.Fprintf(con.out, "%s %d of %d parked events\n", done, len(parked)-len(failed), len(parked))
	return errors.Join(failed...)
}

func printParked(con console, parked []projectors.ParkedEvent) error {
	if len(parked) == 0 {
		fmt.Fprintln(con.out, "nothing is parked")
		return nil
	}
	table := newTable(con.out, "PROJECTION", "SEQUENCE", "TYPE", "SUBJECT", "PARKED", "REASON")
	for _, p := range parked {
		table.row(p.Projection, p.Sequence, p.Type, p.Subject, p.ParkedAt.Format(time.RFC3339), p.Reason)
	}
	return table.print("the parked events")
}
