package projectors

import (
	"context"
	"encoding/json"
	"fmt"
)

// droppedPrefix is the key prefix of events that an operator discarded, stored beside the parked
// ones. Their messages stay in the stream, where no credentials allow deleting one, so a rebuild
// has to know that it may skip them.
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

// dropped reports whether an operator discarded the event with an id at a sequence. A stream that
// was lost and refilled has a different event at that sequence, which wasn't discarded.
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

// clearDropped forgets a projection's discarded events that fit.
func (p *parking) clearDropped(ctx context.Context, projection string, fits func(ParkedEvent) bool) error {
	return p.remove(ctx, droppedPrefix+projection+".", fits)
}
