package command

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/recipe"
)

// Imported is one recipe of a bulk import.
type Imported struct {
	ID        string
	Chosen    bool // the ID says which recipe it is, so no other is the same
	Draft     recipe.Draft
	Mark      recipe.Mark
	CreatedAt time.Time // zero if unknown
}

// OnDuplicate is what an import does with a recipe that the user has already.
type OnDuplicate string

// What an import does.
const (
	SkipDuplicates    OnDuplicate = "skip"
	ReplaceDuplicates OnDuplicate = "replace" // writes a new version of it
	KeepDuplicates    OnDuplicate = "keep"    // adds the imported one beside it
)

// Importing says how to import, and remembers what one import has written: that is no duplicate of
// what comes after it.
type Importing struct {
	OnDuplicate OnDuplicate
	Bad         func(n int, reason error) // called with the index of each recipe that can't be written

	written map[string]bool
}

// ImportResult counts recipes. The rest were there already, or bad.
type ImportResult struct{ Added, Replaced int }

// Import writes recipes, the new ones in one transaction. Deleted ones come back, as the user asked
// for them.
func (c *Commands) Import(ctx context.Context, user string, all []Imported, how *Importing) (result ImportResult, err error) {
	if how.written == nil {
		how.written = map[string]bool{}
	}
	same, err := c.sameAs(ctx, user, all, how)
	if err != nil {
		return ImportResult{}, err
	}
	var ids []string
	for n, r := range all {
		if same[n] == "" {
			ids = append(ids, r.ID)
		}
		if how.OnDuplicate == KeepDuplicates {
			ids = append(ids, besideID(r.ID))
		}
	}
	var added []string
	err = c.store.Import(ctx, user, ids, func(found map[string]recipestore.State) ([]recipestore.Bulk, error) {
		writes := how.missing(user, all, same, found)
		added = added[:0]
		for _, write := range writes {
			added = append(added, write.Recipe.ID)
		}
		return writes, nil
	})
	if err != nil {
		return ImportResult{}, err
	}
	for _, id := range added {
		how.written[id] = true
	}
	result.Added = len(added)
	result.Replaced, err = c.replaceAll(ctx, user, all, same, how)
	return result, err
}

// Unfit means that a recipe can't be written as it is.
type Unfit struct{ Reason error }

func (u *Unfit) Error() string { return u.Reason.Error() }

// Unwrap returns the reason.
func (u *Unfit) Unwrap() error { return u.Reason }

// ImportBeside adds one recipe if it isn't there, in one transaction with what its importer writes
// beside it. The error is *Unfit if the recipe can't be written.
func (c *Commands) ImportBeside(ctx context.Context, user string, one Imported, beside ledger.Beside) error {
	return c.store.Import(ctx, user, []string{one.ID}, func(found map[string]recipestore.State) ([]recipestore.Bulk, error) {
		var unfit error
		how := Importing{Bad: func(_ int, reason error) { unfit = reason }}
		writes := how.missing(user, []Imported{one}, make([]string, 1), found)
		if unfit != nil {
			return nil, &Unfit{Reason: unfit}
		}
		return writes, nil
	}, beside)
}

// sameAs returns, for each recipe, the id of the user's recipe that it is the same as, or "".
func (c *Commands) sameAs(ctx context.Context, user string, all []Imported, how *Importing) ([]string, error) {
	same := make([]string, len(all))
	if how.OnDuplicate == KeepDuplicates {
		return same, nil
	}
	var (
		drafts []recipe.Draft
		places []int
	)
	for n, r := range all {
		if !r.Chosen {
			drafts, places = append(drafts, r.Draft), append(places, n)
		}
	}
	found, err := c.duplicates(ctx, user, drafts, how.written)
	if err != nil {
		return nil, err
	}
	for i, ids := range found {
		if len(ids) > 0 {
			same[places[i]] = ids[0]
		}
	}
	return same, nil
}

// missing returns what to write of the recipes that aren't there. It notes in same which of the
// others has their id.
func (how *Importing) missing(user string, all []Imported, same []string, found map[string]recipestore.State) []recipestore.Bulk {
	now := ledger.Now()
	var writes []recipestore.Bulk
	for n, one := range all {
		if same[n] != "" {
			continue
		}
		if found[one.ID].Exists && how.OnDuplicate == KeepDuplicates {
			one.ID = besideID(one.ID)
		}
		if found[one.ID].Exists {
			same[n] = one.ID
			continue
		}
		r := one.Mark.On(recipe.Create(one.ID, found[one.ID].Recipe.Version, one.Draft, now))
		r.CreatedAt = earlier(one.CreatedAt, now)
		result, err := written(user, events.RecipeCreated, r)
		if err != nil {
			how.bad(n, err)
			continue
		}
		writes = append(writes, recipestore.Bulk{Recipe: result.Recipe, Event: result.event})
		found[one.ID] = recipestore.State{Exists: true} // a duplicate within the batch
	}
	return writes
}

// replaceAll writes new versions of the recipes that were there before this import, and returns how
// many differ from what they were.
func (c *Commands) replaceAll(ctx context.Context, user string, all []Imported, same []string, how *Importing) (replaced int, err error) {
	if how.OnDuplicate != ReplaceDuplicates {
		return 0, nil
	}
	for n, id := range same {
		if id == "" || how.written[id] {
			continue
		}
		outcome, err := c.Replace(ctx, Call{User: user, Recipe: id}, nil, all[n].Draft)
		switch {
		case errors.Is(err, recipe.ErrTooLarge):
			how.bad(n, err)
		case err != nil:
			return replaced, err
		case outcome.Result.Refused != nil:
			how.bad(n, outcome.Result.Refused)
		default:
			how.written[id] = true
			if outcome.Result.Type != "" {
				replaced++
			}
		}
	}
	return replaced, nil
}

func (how *Importing) bad(n int, reason error) {
	if how.Bad != nil {
		how.Bad(n, reason)
	}
}

// besideID is the id of a copy that is kept beside the recipe with that id. It is the same each time,
// so an interrupted import can be run again.
func besideID(id string) string {
	return uuid.NewSHA1(uuid.MustParse(id), []byte("kept beside")).String()
}

func earlier(given, now time.Time) time.Time {
	if given.IsZero() || given.After(now) {
		return now
	}
	return given
}
