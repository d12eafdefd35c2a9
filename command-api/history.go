package commandapi

import (
	"context"
	"errors"
	"fmt"

	"larder.dev/command-api/internal/command"
	"larder.dev/events"
	"larder.dev/internal/id"
	"larder.dev/recipe"
)

// ErrTextGone means the recipe was deleted so long ago that its text has been erased.
var ErrTextGone = command.ErrTextGone

// ErrNoVersion means the user never had this recipe, or it never had this version.
var ErrNoVersion = errors.New("there is no such recipe, or no such version of it")

// History returns a recipe's ledger entries, oldest first. It returns ErrNoVersion if there are
// none, ErrTextGone if only the deletion's numbers remain, or the database's error.
func (a *API) History(ctx context.Context, userID, recipeID string) ([]LedgerEntry, error) {
	return a.history(ctx, userID, recipeID, 0)
}

// AsOf returns a recipe as it was at a version, even if it is deleted now. Its errors are those of
// History.
func (a *API) AsOf(ctx context.Context, userID, recipeID string, version int64) (events.Recipe, error) {
	entries, err := a.history(ctx, userID, recipeID, version)
	if err != nil {
		return events.Recipe{}, err
	}
	earlier, err := events.DecodeRecipe(entries[0].Event)
	if err != nil {
		return events.Recipe{}, fmt.Errorf("read version %d of recipe %s: %w", version, recipeID, err)
	}
	earlier, _ = recipe.Understood(earlier)
	return earlier, nil
}

func (a *API) history(ctx context.Context, userID, recipeID string, version int64) ([]LedgerEntry, error) {
	entries, err := a.store.History(ctx, userID, recipeID, version)
	if err != nil {
		return nil, err
	}
	kept, err := withText(entries)
	if err != nil || len(kept) > 0 {
		return kept, err
	}
	later := entries
	if version > 0 && len(entries) == 0 {
		if later, err = a.store.History(ctx, userID, recipeID, 0); err != nil {
			return nil, err
		}
	}
	// A recipe's versions have no gaps: if a later version exists, the missing one was erased.
	if len(later) > 0 && (version == 0 || later[len(later)-1].Event.Version >= version) {
		return nil, fmt.Errorf("recipe %s: %w", recipeID, ErrTextGone)
	}
	return nil, fmt.Errorf("recipe %s: %w", recipeID, ErrNoVersion)
}

// withText drops deletions of which only the numbers remain.
func withText(entries []LedgerEntry) (kept []LedgerEntry, err error) {
	for _, entry := range entries {
		r, err := events.DecodeRecipe(entry.Event)
		if err != nil {
			return nil, fmt.Errorf("read version %d of %s: %w", entry.Event.Version, entry.Event.Subject, err)
		}
		if !r.Forgotten() {
			kept = append(kept, entry)
		}
	}
	return kept, nil
}

// Restore makes an earlier version of a recipe current, even if the recipe is deleted, and returns
// the new version. Its errors are those of History.
func (a *API) Restore(ctx context.Context, userID, recipeID string, version int64) (events.Recipe, error) {
	if !id.Is(recipeID) {
		return events.Recipe{}, fmt.Errorf("recipe %s: %w", recipeID, ErrNoVersion)
	}
	outcome, err := a.commands.Restore(ctx, command.Call{User: userID, Recipe: recipeID}, nil, version)
	if err == nil {
		err = outcome.Result.Refused
	}
	switch {
	case errors.Is(err, command.ErrNoRecipe), errors.Is(err, command.ErrNoVersion):
		return events.Recipe{}, fmt.Errorf("restore version %d of recipe %s: %w", version, recipeID, ErrNoVersion)
	case err != nil:
		return events.Recipe{}, fmt.Errorf("restore version %d of recipe %s: %w", version, recipeID, err)
	}
	return outcome.Result.Recipe, nil
}
