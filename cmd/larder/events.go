package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

type eventsCommands struct {
	Tail      eventsTailCommand      `cmd:"" help:"Print events as they happen, one JSON object a line."`
	Republish eventsRepublishCommand `cmd:"" help:"Publish what the ledger has and the stream lacks."`
	Parked    eventsParkedCommand    `cmd:"" help:"Show the events that a projection could not apply; apply them once more, or drop them."`
}

// eventsTailCommand follows the stream until it is interrupted, or with --no-follow to its end.
type eventsTailCommand struct {
	From     uint64 `placeholder:"SEQUENCE" help:"Begin at this stream sequence; without it, with what happens from now on."`
	User     string `placeholder:"NAME" help:"Only this user's events."`
	NoFollow bool   `help:"Stop at the end of the stream; begins at the first event unless --from is given."`
}

func (c eventsTailCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	work, err := enter(ctx, s, con, log, c.needs()...)
	if err != nil {
		return err
	}
	defer closing(&err, work.leave)
	conn, err := work.Stream(ctx)
	if err != nil {
		return err
	}
	if err := component.EnsureStreams(ctx, conn); err != nil {
		return err
	}
	filters, err := c.filters(ctx, work, log)
	if err != nil {
		return err
	}
	err = c.follow(ctx, conn, filters, json.NewEncoder(con.out))
	if errors.Is(err, context.Canceled) {
		return nil // an interrupt is how one stops watching
	}
	return err
}

// needs are the stores that it works on: a user is found by name in the database.
func (c eventsTailCommand) needs() []stores.Store {
	if c.User == "" {
		return []stores.Store{stores.NATS}
	}
	return append(writeSide(), stores.NATS)
}

func (c eventsTailCommand) filters(ctx context.Context, work *workplace, log *slog.Logger) ([]string, error) {
	if c.User == "" {
		return []string{events.AllRecipes, events.AllGroceries, events.AllUsers}, nil
	}
	api, err := work.command(ctx, log)
	if err != nil {
		return nil, err
	}
	user, err := api.Users().Find(ctx, c.User)
	if err != nil {
		return nil, fmt.Errorf("user %q: %w", c.User, err)
	}
	return []string{events.RecipesOf(user.ID), events.GroceriesOf(user.ID), events.UserSubject(user.ID)}, nil
}

func (c eventsTailCommand) follow(ctx context.Context, conn *jetstream.Conn, filters []string, out *json.Encoder) error {
	start := jetstream.ReadStart{Sequence: c.From, New: c.From == 0 && !c.NoFollow}
	reader, err := conn.Read(ctx, events.Stream, filters, start)
	if err != nil {
		return fmt.Errorf("read the stream: %w", err)
	}
	defer reader.Close()
	if c.NoFollow && reader.Total() == 0 {
		return nil
	}
	for {
		msg, left, err := reader.Next(ctx)
		if err != nil {
			return fmt.Errorf("read the stream: %w", err)
		}
		if err := out.Encode(printed(msg)); err != nil {
			return fmt.Errorf("print event %d: %w", msg.Sequence, err)
		}
		if c.NoFollow && left == 0 {
			return nil
		}
	}
}

// printedEvent is one line of `larder events tail`.
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
	Error    string          `json:"error,omitempty"` // why the message can't be read
}

// printed leaves the data of account events out: a password's hash is not for a terminal.
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
