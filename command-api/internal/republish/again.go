package republish

import (
	"context"
	"errors"
	"fmt"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// ErrAhead is a subject of which the stream has a newer event than the ledger, so that nothing older may be published.
var ErrAhead = errors.New("the stream has a newer event than the ledger")

// againAttempts is how often a subject is looked at anew when somebody else published on it.
const againAttempts = 5

// Again publishes the last event of a subject once more, with the mark by which a view takes it over what it has of the
// same version. It is stored only behind the event that it was compared with, so no newer one is overtaken; where it
// is the relay's turn, nothing is done. A subject that the ledger doesn't have is passed over, and so is a grocery request
// that was sent before the ledger was restored. The error is ErrAhead, or that of a store.
func Again(ctx context.Context, store *recipestore.Store, stream Stream, subject string) error {
	r := &republisher{store: store, stream: stream}
	for attempt := 0; ; attempt++ {
		err := r.again(ctx, subject)
		if err == nil || attempt+1 == againAttempts || !errors.Is(err, jetstream.ErrConflict) {
			return err
		}
	}
}

// removeText has the relay take out of the stream what it still has of a forgotten recipe, as one that was put back from
// a copy of before does.
func (r *republisher) removeText(ctx context.Context, entry recipestore.Entry) error {
	user, recipe, ok := events.RecipeOf(entry.Event.Subject)
	if !ok || entry.Event.Type != events.RecipeDeleted {
		return nil
	}
	deleted, err := events.DecodeRecipe(entry.Event)
	if err != nil || !deleted.Forgotten() {
		return err
	}
	return r.store.RemoveAgain(ctx, recipestore.Owned{User: user, Recipe: recipe}, entry.Event.Version)
}

func (r *republisher) again(ctx context.Context, subject string) error {
	last, err := r.last(ctx, subject)
	if err != nil {
		return err
	}
	entries, err := r.store.LatestOf(ctx, []string{subject})
	if err != nil || len(entries) == 0 || !entries[0].Published || entries[0].Restored {
		return err
	}
	entry := entries[0]
	if last.version > entry.Event.Version {
		return fmt.Errorf("publish version %d on %s again: %w: version %d", entry.Event.Version, subject, ErrAhead, last.version)
	}
	entry.Event.Again = true
	entry.Event.TraceParent = "" // a repetition doesn't go on with the old trace
	sequence, err := r.publish(ctx, entry.Event, last.sequence)
	if err != nil {
		return err
	}
	if err := r.removeText(ctx, entry); err != nil {
		return err
	}
	return r.store.MarkPublished(ctx, []int64{entry.ID}, []uint64{sequence})
}
