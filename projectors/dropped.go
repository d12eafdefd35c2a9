package projectors

import (
	"context"
	"encoding/json"
	"fmt"
)

// droppedPrefix begins the keys of events that an operator gave up, beside those that are parked. The message stays in
// the stream, where nobody's credentials delete one, so a rebuild has to know that it may go past it.
const droppedPrefix = "dropped."

func droppedKey(projection string, sequence uint64) string {
	return droppedPrefix + parkedKey(projection, sequence)
}

func (p *parking) drop(ctx context.Context, event ParkedEvent) error {
	bucket, err := p.bucket(ctx)
	if err != nil {
		return err
	}
	value, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("drop message %d of %s: %w", event.Sequence, event.Projection, err)
	}
	return bucket.Put(ctx, droppedKey(event.Projection, event.Sequence), value)
}

// dropped tells whether an operator gave up the event with an id, at its place in the stream. A stream that was lost and
// filled again has another event at the same place, which wasn't.
func (p *parking) dropped(ctx context.Context, projection string, sequence uint64, subject, id string) (bool, error) {
	bucket, err := p.bucket(ctx)
	if err != nil {
		return false, err
	}
	value, found, err := bucket.Get(ctx, droppedKey(projection, sequence))
	if err != nil || !found {
		return false, err
	}
	var event ParkedEvent
	if err := json.Unmarshal(value, &event); err != nil {
		return false, fmt.Errorf("read what was dropped as %s: %w", droppedKey(projection, sequence), err)
	}
	return event.Subject == subject && event.EventID == cut(id), nil
}

// clearDropped forgets what was given up for a projection, as far as it fits.
func (p *parking) clearDropped(ctx context.Context, projection string, fits func(ParkedEvent) bool) error {
	return p.remove(ctx, droppedPrefix+projection+".", fits)
}
