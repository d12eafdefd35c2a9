// Package retry decides when to try again what failed. Callers count the attempts themselves: the step that fails may
// differ each time, so a library's retry loop doesn't fit them.
package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// Delay doubles with each attempt, counted from 0, up to last. It is randomized by half, so that callers that failed
// together don't retry together.
func Delay(attempt int, first, last time.Duration) time.Duration {
	d := first
	for ; attempt > 0 && d < last; attempt-- {
		d *= 2
	}
	d = min(d, last)
	return d/2 + rand.N(d/2+1) //nolint:gosec // spreading needs no secrecy
}

// WorthALine reports whether to log an attempt: logging all of an hour's outage would bury everything else.
func WorthALine(attempt int) bool { return attempt == 0 || attempt%10 == 9 }

// Wait reports whether the full time passed before the context ended.
func Wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
