package recipestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/tables"
)

// queueAsOf reads an earlier version of a recipe from the ledger, whose rows carry it whole. A
// recipe's versions have no gaps, so if only a later one exists, this one was erased.
func queueAsOf(batch *pgx.Batch, cmd Command, into *State) {
	e := events.Envelope{Source: events.Source, Subject: events.RecipeSubject(cmd.User, cmd.Recipe)}
	batch.Queue(tables.VersionFrom, e.Subject, cmd.AsOf).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&e.ID, &e.Type, &e.SchemaVersion, &e.Version, (*[]byte)(&e.Data))
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		r, err := events.DecodeRecipe(e)
		if err != nil {
			return fmt.Errorf("read version %d of recipe %s: %w", cmd.AsOf, cmd.Recipe, err)
		}
		if into.AsOfGone = e.Version != cmd.AsOf || r.Forgotten(); !into.AsOfGone {
			into.AsOf = &r
		}
		return nil
	})
}

// History returns a recipe's rows, oldest version first: all of them, or one version's if version
// isn't 0. There are none if the user never had the recipe.
func (s *Store) History(ctx context.Context, user, recipe string, version int64) ([]Entry, error) {
	entries, err := s.entries(ctx, tables.Versions, events.RecipeSubject(user, recipe), version)
	if err != nil {
		return nil, fmt.Errorf("read the history of recipe %s of user %s: %w", recipe, user, err)
	}
	return entries, nil
}
