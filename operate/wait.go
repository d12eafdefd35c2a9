// Package operate holds an operator's whole-larder operations, one package each below it. They
// share how to wait for other processes, which send no signal.
package operate

import (
	"context"
	"time"

	"larder.dev/internal/retry"
)

// Until polls until done reports true.
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

// Pause waits, or returns the context's error if that ends first.
func Pause(ctx context.Context, d time.Duration) error {
	if !retry.Wait(ctx, d) {
		return ctx.Err()
	}
	return nil
}
