package command

import (
	"context"
	"time"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/recipe"
)

// Imported is one recipe of a bulk import.
type Imported struct {
	ID        string
	Draft     recipe.Draft
	CreatedAt time.Time // zero if unknown
}

// Import adds those recipes that don't exist, in one transaction, and returns how many it added.
// Deleted ones come back, as the user asked for them. It calls bad with the index of each recipe
// that can't be written.
func (c *Commands) Import(ctx context.Context, user string, all []Imported, bad func(n int, reason error)) (added int, err error) {
	ids := make([]string, len(all))
	for n, r := range all {
		ids[n] = r.ID
	}
	err = c.store.Import(ctx, user, ids, func(found map[string]recipestore.State) ([]recipestore.Bulk, error) {
		writes := missing(user, all, found, bad)
		added = len(writes)
		return writes, nil
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

// Unfit means that a recipe can't be written as it is.
type Unfit struct{ Reason error }

func (u *Unfit) Error() string { return u.Reason.Error() }

// Unwrap returns the reason.
func (u *Unfit) Unwrap() error { return u.Reason }

// ImportBeside is Import of one recipe, in one transaction with what its importer writes beside it.
// The error is *Unfit if the recipe can't be written.
func (c *Commands) ImportBeside(ctx context.Context, user string, one Imported, beside ledger.Beside) error {
	return c.store.Import(ctx, user, []string{one.ID}, func(found map[string]recipestore.State) ([]recipestore.Bulk, error) {
		var unfit error
		writes := missing(user, []Imported{one}, found, func(_ int, reason error) { unfit = reason })
		if unfit != nil {
			return nil, &Unfit{Reason: unfit}
		}
		return writes, nil
	}, beside)
}

func missing(user string, all []Imported, found map[string]recipestore.State, bad func(n int, reason error)) []recipestore.Bulk {
	now := ledger.Now()
	var writes []recipestore.Bulk
	for n, one := range all {
		if found[one.ID].Exists {
			continue
		}
		r := recipe.Create(one.ID, found[one.ID].Recipe.Version, one.Draft, now)
		r.CreatedAt = earlier(one.CreatedAt, now)
		result, err := written(user, events.RecipeCreated, r)
		if err != nil {
			bad(n, err)
			continue
		}
		writes = append(writes, recipestore.Bulk{Recipe: result.Recipe, Event: result.event})
		found[one.ID] = recipestore.State{Exists: true} // a duplicate within the batch
	}
	return writes
}

func earlier(given, now time.Time) time.Time {
	if given.IsZero() || given.After(now) {
		return now
	}
	return given
}
