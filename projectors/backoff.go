package projectors

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstDelay = 50 * time.Millisecond
	lastDelay  = 10 * time.Second
)

// delay grows with each attempt, from 0, up to lastDelay. It is randomized, so that lanes that
// failed together don't retry together.
func delay(attempt int) time.Duration {
	d := lastDelay
	if attempt < 8 {
		d = min(lastDelay, firstDelay<<attempt)
	}
	return d/2 + rand.N(d/2+1) //nolint:gosec // jitter needs no secrecy
}

// worthALine selects the attempts to log: an hour's outage would otherwise bury everything else.
func worthALine(attempt int) bool { return attempt == 0 || attempt%10 == 9 }

// wait is false if the context ended first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
