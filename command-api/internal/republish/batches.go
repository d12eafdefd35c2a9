package republish

import (
	"context"
	"errors"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// batches publish many events at once, each behind the last message of its subject, whichever that is: they are for the relay
// that leads, beside which nobody publishes but an operator. What an operator publishes again meanwhile may be there twice; the
// newest published event of a subject is behind it all the same.
type batches struct {
	store   *recipestore.Store
	stream  FillStream
	entries []recipestore.Entry
	bytes   int
}

func (b *batches) add(ctx context.Context, entry recipestore.Entry) error {
	b.entries = append(b.entries, entry)
	b.bytes += len(entry.Event.Data)
	if len(b.entries) < jetstream.BatchMessages && b.bytes < jetstream.BatchBytes {
		return nil
	}
	return b.flush(ctx)
}

// flush publishes what was added, and marks what is known to be stored also after a failure.
func (b *batches) flush(ctx context.Context) error {
	if len(b.entries) == 0 {
		return nil
	}
	if err := b.store.MayWrite(); err != nil {
		return err
	}
	msgs, ids := make([]jetstream.Message, len(b.entries)), make([]int64, len(b.entries))
	for i, entry := range b.entries {
		msgs[i], ids[i] = repeated(entry.Event), entry.ID
	}
	sequences, err := b.stream.PublishBatch(ctx, events.Stream, msgs)
	if stored := len(sequences); stored > 0 {
		err = errors.Join(err, b.store.MarkPublished(ctx, ids[:stored], sequences))
	}
	b.entries, b.bytes = nil, 0
	return err
}
