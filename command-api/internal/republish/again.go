package republish

import (
	"context"
	"errors"
	"fmt"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// ErrAhead means the stream has a newer event on a subject than the ledger, so publishing the
// ledger's would be wrong.
var ErrAhead = errors.New("the stream has a newer event than the ledger")

// againAttempts is how often to retry when someone else publishes on the subject.
const againAttempts = 5

// Again republishes a subject's last event with a mark that makes views replace what they have at
// that version. It is stored only behind the event it was compared with, so it never overtakes a
// newer one. It does nothing for events the relay has yet to publish, for unknown subjects, and for
// grocery requests sent before the ledger was restored. It returns ErrAhead or a store's error.
func Again(ctx context.Context, store *recipestore.Store, stream Stream, subject string) error {
	r := &republisher{store: store, stream: stream}
	for attempt := 0; ; attempt++ {
		err := r.again(ctx, subject)
		if err == nil || attempt+1 == againAttempts || !errors.Is(err, jetstream.ErrConflict) {
			return err
		}
	}
}

// removeText schedules removal of a forgotten recipe's text from the stream, which may have come
// back with an old copy of the stream.
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
	entry.Event.TraceParent = "" // a republish doesn't continue the old trace
	sequence, err := r.publish(ctx, entry.Event, last.sequence)
	if err != nil {
		return err
	}
	if err := r.removeText(ctx, entry); err != nil {
		return err
	}
	return r.store.MarkPublished(ctx, []int64{entry.ID}, []uint64{sequence})
}
