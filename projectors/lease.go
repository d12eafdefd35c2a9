package projectors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/internal/jetstream"
)

// Of several processes that find the same view gone one builds it: each that began would throw away what the one before
// had built. The one that does says every leaseBeat that it is alive, in the bucket of the checkpoints; the clock is that
// of whoever watches.
const (
	leaseBeat = 2 * time.Second
	leaseLife = 5 * leaseBeat
)

// errElsewhere is a view that another process is building.
var errElsewhere = errors.New("another process builds the view anew")

// lease is the right to build a projection's view by itself.
type lease struct {
	holder string // id of the runner
	log    *slog.Logger

	// What was seen of another holder, and since when.
	seen  uint64
	since time.Time
}

func leaseKey(projection string) string { return "building." + projection }

// take gives a context that ends when the lease is lost. The error is errElsewhere while another process has it.
func (l *lease) take(ctx context.Context, in *checkpoints, projection string) (context.Context, func(), error) {
	bucket, err := in.bucket(ctx)
	if err != nil {
		return nil, nil, err
	}
	key := leaseKey(projection)
	holder, revision, err := bucket.Versioned(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	if len(holder) > 0 && !bytes.Equal(holder, []byte(l.holder)) && !l.dead(revision) {
		return nil, nil, errElsewhere
	}
	revision, err = bucket.Update(ctx, key, []byte(l.holder), revision)
	if errors.Is(err, jetstream.ErrConflict) {
		return nil, nil, errElsewhere
	}
	if err != nil {
		return nil, nil, err
	}
	held, cancel := context.WithCancelCause(ctx)
	ended := make(chan uint64, 1)
	go func() { ended <- l.keep(held, cancel, bucket, key, revision) }()
	return held, func() {
		cancel(nil)
		l.giveUp(context.WithoutCancel(ctx), bucket, key, <-ended)
	}, nil
}

// dead tells whether the holder of a lease has said nothing for its life.
func (l *lease) dead(revision uint64) bool {
	if revision != l.seen {
		l.seen, l.since = revision, time.Now()
		return false
	}
	return time.Since(l.since) > leaseLife
}

// keep says that the holder is alive until the context ends, and ends it where another took the lease. It gives the last
// revision.
func (l *lease) keep(ctx context.Context, cancel context.CancelCauseFunc, bucket *jetstream.Bucket, key string, revision uint64) uint64 {
	for wait(ctx, leaseBeat) {
		next, err := bucket.Update(ctx, key, []byte(l.holder), revision)
		switch {
		case err == nil:
			revision = next
		case errors.Is(err, jetstream.ErrConflict):
			cancel(errElsewhere)
			return revision
		case ctx.Err() == nil:
			l.log.DebugContext(ctx, "could not hold the lease on a view", slog.Any("error", err))
		}
	}
	return revision
}

// giveUp lets others have the lease at once. Where that fails they have it after its life.
func (l *lease) giveUp(ctx context.Context, bucket *jetstream.Bucket, key string, revision uint64) {
	ctx, cancel := context.WithTimeout(ctx, leaseBeat)
	defer cancel()
	if _, err := bucket.Update(ctx, key, nil, revision); err != nil {
		l.log.DebugContext(ctx, "could not give up the lease on a view", slog.Any("error", fmt.Errorf("%s: %w", key, err)))
	}
}
