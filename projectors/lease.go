package projectors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/internal/jetstream"
	"larder.dev/internal/retry"
)

// If several processes find the same view gone, only one rebuilds it: each that started would
// discard what the previous one had built. The builder renews its lease every leaseBeat in the
// bucket of checkpoints; the others time it by their own clocks.
const (
	leaseBeat = 2 * time.Second
	leaseLife = 5 * leaseBeat
)

// errElsewhere means another process is building the view.
var errElsewhere = errors.New("another process builds the view anew")

// lease is the exclusive right to rebuild a projection's view.
type lease struct {
	holder string // the runner's id
	log    *slog.Logger

	// The last revision seen of another holder, and since when.
	seen  uint64
	since time.Time
}

func leaseKey(projection string) string { return "building." + projection }

// take returns a context that ends when the lease is lost. It returns errElsewhere while another
// process has the lease.
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

// dead reports whether the holder of a lease has missed its lifetime.
func (l *lease) dead(revision uint64) bool {
	if revision != l.seen {
		l.seen, l.since = revision, time.Now()
		return false
	}
	return time.Since(l.since) > leaseLife
}

// keep renews the lease until the context ends, and cancels the context if another process took the
// lease. It returns the last revision.
func (l *lease) keep(ctx context.Context, cancel context.CancelCauseFunc, bucket *jetstream.Bucket, key string, revision uint64) uint64 {
	for retry.Wait(ctx, leaseBeat) {
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

// giveUp releases the lease at once. If that fails, it expires.
func (l *lease) giveUp(ctx context.Context, bucket *jetstream.Bucket, key string, revision uint64) {
	ctx, cancel := context.WithTimeout(ctx, leaseBeat)
	defer cancel()
	if _, err := bucket.Update(ctx, key, nil, revision); err != nil {
		l.log.DebugContext(ctx, "could not give up the lease on a view", slog.Any("error", fmt.Errorf("%s: %w", key, err)))
	}
}
