package projectors

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// checkpointBucket keeps how far each projection was, apart from its consumer: a server that finds a
// consumer ahead of its stream moves the consumer back without a word, and then nobody would know that
// events were lost.
const checkpointBucket = "CHECKPOINTS"

// checkpoint is the newest event that a projection knows to be done, with everything before it. The id tells
// whether the stream still has that event at this place, or lost it and gave the place to another.
type checkpoint struct {
	Sequence uint64 `json:"sequence"`
	EventID  string `json:"event_id"`
}

// checkpoints is the store of all projections' checkpoints.
type checkpoints struct {
	conn *jetstream.Conn

	mu     sync.Mutex
	opened *jetstream.Bucket
}

func (c *checkpoints) bucket(ctx context.Context) (*jetstream.Bucket, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opened != nil {
		return c.opened, nil
	}
	bucket, err := c.conn.EnsureBucket(ctx, checkpointBucket)
	if err != nil {
		return nil, err
	}
	c.opened = bucket
	return bucket, nil
}

// save records that a projection has done everything up to a sequence. A place in the stream whose event
// was purged tells nothing and is left out.
func (c *checkpoints) save(ctx context.Context, projection string, sequence uint64) error {
	msg, found, err := c.conn.At(ctx, events.Stream, sequence)
	if err != nil || !found {
		return err
	}
	bucket, err := c.bucket(ctx)
	if err != nil {
		return err
	}
	value, err := json.Marshal(checkpoint{Sequence: sequence, EventID: cut(msg.HeaderValue(events.HeaderID))})
	if err != nil {
		return fmt.Errorf("write the checkpoint of %s: %w", projection, err)
	}
	return bucket.Put(ctx, projection, value)
}

// forget removes a projection's checkpoint.
func (c *checkpoints) forget(ctx context.Context, projection string) error {
	bucket, err := c.bucket(ctx)
	if err != nil {
		return err
	}
	return bucket.Delete(ctx, projection)
}

// contradiction compares a projection's checkpoint with the stream. It is "" if they fit, and else says
// what doesn't.
func (c *checkpoints) contradiction(ctx context.Context, projection string, streamEnd uint64) (string, error) {
	bucket, err := c.bucket(ctx)
	if err != nil {
		return "", err
	}
	value, found, err := bucket.Get(ctx, projection)
	if err != nil || !found {
		return "", err
	}
	var saved checkpoint
	if err := json.Unmarshal(value, &saved); err != nil {
		return "", fmt.Errorf("read the checkpoint of %s: %w", projection, err)
	}
	if saved.Sequence > streamEnd {
		return fmt.Sprintf("the stream ends at %d, and the projection was at %d", streamEnd, saved.Sequence), nil
	}
	msg, found, err := c.conn.At(ctx, events.Stream, saved.Sequence)
	if err != nil || !found {
		return "", err
	}
	if id := cut(msg.HeaderValue(events.HeaderID)); id != saved.EventID {
		return fmt.Sprintf("the stream has event %q at %d, where the projection had %q", id, saved.Sequence, saved.EventID), nil
	}
	return "", nil
}
