package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

type eventsCommands struct {
	Tail      eventsTailCommand      `cmd:"" help:"Print events as they happen, one JSON object a line."`
	Show      eventsShowCommand      `cmd:"" help:"Print the events that there are, one JSON object a line."`
	Republish eventsRepublishCommand `cmd:"" help:"Publish what the ledger has and the stream lacks."`
	Parked    eventsParkedCommand    `cmd:"" help:"Show the events that a projection could not apply; apply them once more, or drop them."`
}

// eventsTailCommand follows the stream until interrupted, or with --no-follow to its end.
type eventsTailCommand struct {
	eventSelection

	NoFollow bool `help:"Stop at the end of the stream, and begin at the first event unless told; as show does."`
}

func (c eventsTailCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	err := c.print(ctx, s, con, log, !c.NoFollow)
	if errors.Is(err, context.Canceled) {
		return nil // an interrupt is the normal way to stop watching
	}
	return err
}

// eventsShowCommand prints the stream, by default from its first event, and stops at its end.
type eventsShowCommand struct{ eventSelection }

func (c eventsShowCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return c.print(ctx, s, con, log, false)
}

func (s eventSelection) print(ctx context.Context, settings *settings, con console, log *slog.Logger, follow bool) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	larder, err := connect(ctx, settings, con, log, s.needs()...)
	if err != nil {
		return err
	}
	defer closing(&err, larder.disconnect)
	conn, err := larder.Stream(ctx)
	if err != nil {
		return err
	}
	if err := component.EnsureStreams(ctx, conn); err != nil {
		return err
	}
	filters, err := s.filters(ctx, larder, log)
	if err != nil {
		return err
	}
	reader, err := conn.Read(ctx, events.Stream, filters, s.start(follow))
	if err != nil {
		return fmt.Errorf("read the stream: %w", err)
	}
	defer reader.Close()
	return printEvents(ctx, reader, follow, json.NewEncoder(con.out))
}

func printEvents(ctx context.Context, reader *jetstream.Reader, follow bool, out *json.Encoder) error {
	for left := reader.Total(); follow || left > 0; {
		var (
			msg jetstream.Message
			err error
		)
		if msg, left, err = reader.Next(ctx); err != nil {
			return fmt.Errorf("read the stream: %w", err)
		}
		if err := out.Encode(printed(msg)); err != nil {
			return fmt.Errorf("print event %d: %w", msg.Sequence, err)
		}
	}
	return nil
}

// printedEvent is one line of `larder events tail` and `show`.
type printedEvent struct {
	Sequence uint64          `json:"sequence"`
	Stored   time.Time       `json:"stored"`
	Subject  string          `json:"subject"`
	ID       string          `json:"id,omitempty"`
	Type     events.Type     `json:"type,omitempty"`
	Time     *time.Time      `json:"time,omitempty"`
	Version  int64           `json:"version,omitempty"`
	Change   int64           `json:"change,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
	Error    string          `json:"error,omitempty"` // why the message is unreadable
}

// printed omits the data of account events: password hashes don't belong on a terminal.
func printed(msg jetstream.Message) printedEvent {
	line := printedEvent{Sequence: msg.Sequence, Stored: msg.Time, Subject: msg.Subject}
	e, err := events.Parse(msg.Subject, msg.Header, msg.Data)
	if err != nil {
		line.Error = err.Error()
		return line
	}
	line.ID, line.Type, line.Time, line.Version, line.Change = e.ID, e.Type, &e.Time, e.Version, e.Change
	if !e.Type.IsUser() && json.Valid(e.Data) {
		line.Data = e.Data
	}
	return line
}
