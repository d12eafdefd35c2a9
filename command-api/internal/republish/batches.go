package republish

import (
	"context"
	"errors"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// batches publish many events at once without comparing each with its subject's last message. They
// are for the leading relay, beside which only an operator publishes. What an operator republishes
// meanwhile may be there twice; a subject's newest published event still comes last.
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

// flush publishes the added events. Even after a failure it marks those known to be stored.
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
