package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// lockPatience is how long a connection waits for another transaction's lock. A write takes a
	// few milliseconds, so most need no second attempt.
	lockPatience = 50 * time.Millisecond
	// minLockPause and maxLockPause bound the pause between two attempts.
	minLockPause = 10 * time.Millisecond
	maxLockPause = 250 * time.Millisecond
)

// LimitLocks makes the transaction it is sent in fail if another holds a lock for long: see
// WhileLocked.
func LimitLocks() string {
	return fmt.Sprintf(`SELECT set_config('lock_timeout', '%d', true)`, lockPatience.Milliseconds())
}

// WhileLocked retries a transaction with LimitLocks while somebody else has the lock, and holds no
// connection between the attempts: a pool's worth of connections waiting for one person's lock
// would lock everybody out. The error is the last attempt's, or ctx's.
func WhileLocked(ctx context.Context, try func() error) error {
	pauses := &backoff.ExponentialBackOff{
		InitialInterval: minLockPause, MaxInterval: maxLockPause, Multiplier: 2,
		RandomizationFactor: backoff.DefaultRandomizationFactor, // keeps two processes from colliding repeatedly
	}
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := try()
		if err != nil && Code(err) != lockNotAvailable {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(0))
	return err
}
