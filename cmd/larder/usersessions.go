package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	commandapi "larder.dev/command-api"
	"larder.dev/internal/identity"
)

type userSessionsCommand struct {
	userNamed
	End    string `xor:"what" placeholder:"ID" help:"End the session with this id."`
	EndAll bool   `xor:"what" help:"End all of them."`
	JSON   bool   `xor:"what" name:"json" help:"As JSON lines."`
}

// listedSession is one line of `larder user sessions --json`.
type listedSession struct {
	ID        string    `json:"id"`
	Agent     string    `json:"agent"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
}

func (c userSessionsCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return onUsers(ctx, s, con, log, func(ctx context.Context, users *commandapi.Users) error {
		switch {
		case c.EndAll:
			return c.endAll(ctx, users, con)
		case c.End != "":
			return c.endOne(ctx, users, con)
		default:
			return c.list(ctx, users, con)
		}
	})
}

func (c userSessionsCommand) endAll(ctx context.Context, users *commandapi.Users, con console) error {
	ended, err := users.EndSessions(ctx, c.Name)
	if err != nil {
		return fmt.Errorf("end the sessions of %q: %w", c.Name, err)
	}
	fmt.Fprintf(con.out, "ended %d of %s\n", ended, c.Name)
	return nil
}

func (c userSessionsCommand) endOne(ctx context.Context, users *commandapi.Users, con console) error {
	if err := users.EndSession(ctx, c.Name, c.End); err != nil {
		return fmt.Errorf("end session %q of %q: %w", c.End, c.Name, err)
	}
	fmt.Fprintf(con.out, "ended one of %s\n", c.Name)
	return nil
}

func (c userSessionsCommand) list(ctx context.Context, users *commandapi.Users, con console) error {
	sessions, err := users.Sessions(ctx, c.Name)
	if err != nil {
		return fmt.Errorf("list the sessions of %q: %w", c.Name, err)
	}
	if c.JSON {
		return printSessionLines(con, sessions)
	}
	return printSessionTable(con, sessions)
}

func printSessionLines(con console, sessions []identity.Session) error {
	out := json.NewEncoder(con.out)
	for _, s := range sessions {
		line := listedSession{ID: s.ID, Agent: s.Agent, CreatedAt: s.CreatedAt, SeenAt: s.SeenAt}
		if err := out.Encode(line); err != nil {
			return fmt.Errorf("print the sessions: %w", err)
		}
	}
	return nil
}

func printSessionTable(con console, sessions []identity.Session) error {
	table := newTable(con.out, "ID", "SINCE", "LAST SEEN", "AGENT")
	for _, s := range sessions {
		// Quoted, since it is untrusted input.
		table.row(s.ID, s.CreatedAt.Format(time.DateTime), s.SeenAt.Format(time.DateTime), strconv.Quote(s.Agent))
	}
	return table.print("the sessions")
}
