package projectors

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// checkpointBucket stores each projection's position separately from its consumer: if a consumer is
// ahead of its stream, the server silently moves it back, and nobody would know that events were
// lost.
const checkpointBucket = "CHECKPOINTS"

// checkpoint is the newest event that a projection has applied together with everything before it.
// The id shows whether the stream still has that event there, or lost it and reused its sequence.
type checkpoint struct {
	Sequence uint64 `json:"sequence"`
	EventID  string `json:"event_id"`
}

// checkpoints stores all projections' checkpoints.
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

// save records that a projection has applied everything up to a sequence. It skips sequences whose
// event was purged, which prove nothing.
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

// contradiction compares a projection's checkpoint with the stream. It returns "" if they match,
// otherwise what doesn't.
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
