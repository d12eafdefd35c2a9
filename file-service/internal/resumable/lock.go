package resumable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"larder.dev/internal/redis"
)

// lockPrefix is the prefix of lock keys in Redis.
const lockPrefix = "upload-lock:"

// locker serializes the requests to an upload across processes. A waiting request makes the current
// holder let go: when a phone reconnects, the holder is stuck on the dead connection.
type locker struct{ redis *redis.Client }

var _ handler.Locker = locker{}

// NewLock implements handler.Locker.
func (l locker) NewLock(id string) (handler.Lock, error) { return &lock{locker: l, id: id}, nil }

// take waits up to wait for a lock.
func (l locker) take(ctx context.Context, id string, wait time.Duration, release func()) (*redis.Lock, error) {
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	held, err := l.redis.Lock(waiting, lockPrefix+id, release)
	if err != nil {
		return nil, fmt.Errorf("lock upload %s: %w", id, err)
	}
	return held, nil
}

type lock struct {
	locker locker
	id     string
	held   *redis.Lock
}

// Lock implements handler.Lock.
func (l *lock) Lock(ctx context.Context, release func()) error {
	call := callOf(ctx)
	held, err := l.locker.redis.Lock(ctx, lockPrefix+l.id, func() {
		if call.interrupt() {
			release()
		}
	})
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return handler.ErrLockTimeout
	}
	l.held = held
	return err
}

// Unlock implements handler.Lock.
func (l *lock) Unlock() error { return l.held.Unlock() }
