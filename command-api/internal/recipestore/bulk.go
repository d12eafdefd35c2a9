package recipestore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
)

// Bulk is one of many recipes to write at once.
type Bulk struct {
	Recipe events.Recipe
	Event  *Event
}

// Import writes many recipes in one transaction of two round trips. decide receives which of the
// ids exist, including deleted ones (only id, version and Exists), and returns what to write.
//
// What others write beside it is in the same transaction, also if nothing is left to write.
func (s *Store) Import(ctx context.Context, user string, ids []string,
	decide func(found map[string]State) ([]Bulk, error), beside ...ledger.Beside,
) error {
	found := map[string]State{}
	opening := ledger.Begin()
	ledger.QueueLock(opening, user)
	for _, b := range beside {
		b.Open(opening)
	}
	opening.Queue(tables.RecipeStates, user, ids).
		Query(func(rows pgx.Rows) error { return collectStates(rows, found) })
	written := 0
	err := s.transact(ctx, user, opening, func() (*pgx.Batch, error) {
		all, err := decide(found)
		if err != nil {
			return nil, err
		}
		batch := bulkWrites(user, all)
		for _, b := range beside {
			if err := b.Close(batch); err != nil {
				return nil, err
			}
		}
		if written = batch.Len(); written == 0 {
			return nil, nil
		}
		return batch, nil
	})
	if err != nil {
		return fmt.Errorf("import %d recipes of user %s: %w", len(ids), user, err)
	}
	if written > 0 {
		s.hint()
	}
	return nil
}

// Analyze updates the planner's statistics. Otherwise PostgreSQL keeps its plans for empty tables,
// which scan a whole table for each row, until autovacuum analyzes the tables a minute later.
func (s *Store) Analyze(ctx context.Context) error {
	if err := tables.New(s.pool).AnalyzeRecipes(ctx); err != nil {
		return fmt.Errorf("analyze the tables: %w", err)
	}
	return nil
}

func collectStates(rows pgx.Rows, found map[string]State) error {
	var (
		id     string
		state  State
		params = []any{&id, &state.Recipe.Version, &state.Exists}
	)
	_, err := pgx.ForEachRow(rows, params, func() error {
		state.Recipe.ID = id
		found[id] = state
		return nil
	})
	return err
}

func bulkWrites(user string, all []Bulk) *pgx.Batch {
	batch := &pgx.Batch{}
	now := Now()
	for _, b := range all {
		var drawn int64
		ledger.QueueDraw(batch, user, &drawn)
		queueReplace(batch, user, b.Recipe.ID, entryOf(*b.Event), "", now)
	}
	return batch
}
