package jetstream

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"larder.dev/internal/retry"
)

// Follower consumes a feed, a stream that another program publishes, for as long as it runs.
type Follower struct {
	Subscribe func(ctx context.Context) (*Consumer, error)
	Prefetch  int // as for Consumer.Deliver
	// Handle deals with one delivery and acknowledges it. After an error, unacknowledged messages are
	// redelivered once their AckWait has passed.
	Handle func(ctx context.Context, delivery Delivery) error
	Pause  time.Duration // before it subscribes again
	Log    *slog.Logger
}

// Run consumes until ctx is done. Whenever subscribing, the delivery or Handle fails, it subscribes
// again.
func (f Follower) Run(ctx context.Context) {
	subscribed, waiting := false, false
	for ctx.Err() == nil {
		consumer, err := f.Subscribe(ctx)
		if err == nil {
			subscribed = true
			err = f.consume(ctx, consumer)
		}
		switch {
		case ctx.Err() != nil:
			return
		case subscribed || !errors.Is(err, ErrNotFound):
			f.Log.WarnContext(ctx, "the feed broke off, subscribing again", "error", err)
		case !waiting:
			// The publisher creates the stream, and may start later.
			waiting = true
			f.Log.InfoContext(ctx, "the feed isn't there yet, waiting for it", "error", err)
		}
		retry.Wait(ctx, f.Pause)
	}
}

// consume handles deliveries, one after another, until something fails.
func (f Follower) consume(ctx context.Context, consumer *Consumer) error {
	deliveries, err := consumer.Deliver(f.Prefetch)
	if err != nil {
		return err
	}
	defer deliveries.Stop()
	for {
		delivery, err := deliveries.Next(ctx)
		if err != nil {
			return err
		}
		if err := f.Handle(ctx, delivery); err != nil {
			return err
		}
	}
}
