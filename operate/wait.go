// Package operate is what an operator does to all of a larder at once: a package for each, below. What they share is how
// they wait for other processes, which send no signal.
package operate

import (
	"context"
	"time"

	"larder.dev/internal/retry"
)

// Until asks again and again until it is done.
func Until(ctx context.Context, every time.Duration, done func() (bool, error)) error {
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		if err := Pause(ctx, every); err != nil {
			return err
		}
	}
}

// Pause waits, or gives the context's error where that ends before.
func Pause(ctx context.Context, d time.Duration) error {
	if !retry.Wait(ctx, d) {
		return ctx.Err()
	}
	return nil
}
