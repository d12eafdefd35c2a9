package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// eventSelection selects events of the stream.
type eventSelection struct {
	From   uint64 `xor:"start" placeholder:"SEQUENCE" help:"Begin at this stream sequence."`
	Since  moment `xor:"start" placeholder:"TIME" help:"Begin with what was stored then: 2026-01-31T18:00:00Z, or 2h ago as 2h."`
	User   string `placeholder:"NAME" help:"Only this user's events."`
	Recipe string `placeholder:"ID" help:"Only the events of this recipe."`
}

// moment is a time on the command line: in RFC 3339 format, or as a duration before now.
type moment struct{ time.Time }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *moment) UnmarshalText(text []byte) error {
	if ago, err := time.ParseDuration(string(text)); err == nil && ago >= 0 {
		m.Time = time.Now().Add(-ago)
		return nil
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("%q is neither a time like 2026-01-31T18:00:00Z nor a duration like 2h", text)
	}
	m.Time = at
	return nil
}

// check refuses anything but a recipe's id: a wildcard would match every recipe.
func (s eventSelection) check() error {
	if s.Recipe == "" {
		return nil
	}
	if _, _, ok := events.RecipeOf(events.RecipeSubject("user", s.Recipe)); !ok {
		return usageError{fmt.Sprintf("%q is not the id of a recipe", s.Recipe)}
	}
	return nil
}

// needs returns the required stores: a user is found by name in the database.
func (s eventSelection) needs() []stores.Store {
	if s.User == "" {
		return []stores.Store{stores.NATS}
	}
	return append(writeSide(), stores.NATS)
}

func (s eventSelection) start(follow bool) jetstream.ReadStart {
	told := s.From > 0 || !s.Since.IsZero()
	return jetstream.ReadStart{Sequence: s.From, Since: s.Since.Time, New: follow && !told}
}

func (s eventSelection) filters(ctx context.Context, larder *connection, log *slog.Logger) ([]string, error) {
	switch {
	case s.User == "" && s.Recipe == "":
		return []string{events.AllRecipes, events.AllGroceries, events.AllImports, events.AllUsers}, nil
	case s.User == "":
		return []string{events.AllOfRecipe(s.Recipe)}, nil
	}
	api, err := larder.command(ctx, log)
	if err != nil {
		return nil, err
	}
	user, err := api.Users().Find(ctx, s.User)
	if err != nil {
		return nil, fmt.Errorf("user %q: %w", s.User, err)
	}
	if s.Recipe != "" {
		return []string{events.RecipeSubject(user.ID, s.Recipe)}, nil
	}
	return []string{events.RecipesOf(user.ID), events.GroceriesOf(user.ID), events.ImportsOf(user.ID), events.UserSubject(user.ID)}, nil
}
