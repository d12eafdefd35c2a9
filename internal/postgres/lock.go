package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	// lockPatience is how long a connection is held while another transaction has the lock. A write takes a few
	// milliseconds, so that most need no second attempt.
	lockPatience = 50 * time.Millisecond
	// minLockPause and maxLockPause are how long passes between two attempts.
	minLockPause = 10 * time.Millisecond
	maxLockPause = 250 * time.Millisecond
)

// LimitLocks has the transaction that it is sent in fail where a lock is held by another for long: see WhileLocked.
func LimitLocks() string {
	return fmt.Sprintf(`SELECT set_config('lock_timeout', '%d', true)`, lockPatience.Milliseconds())
}

// WhileLocked tries a transaction with LimitLocks again for as long as somebody else has the lock, and holds no
// connection between the attempts: as many as a pool has, all waiting for one person's lock, would keep everybody
// from the database. The error is that of the last attempt, or that of ctx.
func WhileLocked(ctx context.Context, try func() error) error {
	for pause := minLockPause; ; pause = min(2*pause, maxLockPause) {
		err := try()
		if Code(err) != lockNotAvailable {
			return err
		}
		timer := time.NewTimer(pause/2 + rand.N(pause)) //nolint:gosec // two processes are not to meet again and again
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("wait for a lock: %w", ctx.Err())
		case <-timer.C:
		}
	}
}
