package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"larder.dev/internal/retry"
)

// Lock timings. If a holder dies, others wait for lockTTL.
const (
	lockTTL    = 10 * time.Second
	lockTry    = 100 * time.Millisecond
	lockWatch  = 300 * time.Millisecond
	lockWanted = 2 * time.Second // how long a request for a lock lasts; waiters renew it
)

// watchScript extends a lock if the token still holds it, and returns whether another process wants
// it: 0, 1, or -1 if another holds the lock.
const watchScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('EXISTS', KEYS[2])
`

// unlockScript deletes a lock if the token still holds it.
const unlockScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1], KEYS[2])
`

// Lock is a lock among all processes that use the server, until its holder releases it. A holder
// that is suspended past lockTTL may believe it still holds the lock while another does: the work
// under it must tolerate that.
type Lock struct {
	client *Client
	key    string
	token  string
	unlock func() error
}

// Lock waits for a key's lock until ctx is done. release is called once, when another process wants
// the lock or it is lost; it may be nil. The error is ErrUnavailable, or ctx's.
func (c *Client) Lock(ctx context.Context, key string, release func()) (*Lock, error) {
	token := rand.Text()
	for {
		err := c.rdb.SetArgs(ctx, key, token, goredis.SetArgs{Mode: "NX", TTL: lockTTL}).Err()
		if err == nil {
			return c.hold(ctx, key, token, release), nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("wait for the lock %s: %w", key, ctx.Err())
		}
		if !errors.Is(err, goredis.Nil) {
			return nil, failed("lock", key, err)
		}
		if err := c.rdb.Set(ctx, wanted(key), 1, lockWanted).Err(); err != nil && ctx.Err() == nil {
			return nil, failed("ask for the lock", key, err)
		}
		if !retry.Wait(ctx, lockTry) {
			return nil, fmt.Errorf("wait for the lock %s: %w", key, ctx.Err())
		}
	}
}

func wanted(key string) string { return key + ":wanted" }

func (c *Client) hold(ctx context.Context, key, token string, release func()) *Lock {
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	lock := &Lock{client: c, key: key, token: token}
	lock.unlock = sync.OnceValue(func() error {
		stop()
		return <-ended
	})
	go func() {
		lock.watch(watching, release)
		ended <- lock.drop(context.WithoutCancel(watching))
	}()
	return lock
}

// watch extends the lock until it is released.
func (l *Lock) watch(ctx context.Context, release func()) {
	ask := sync.OnceFunc(func() {
		if release != nil {
			release()
		}
	})
	ticker := time.NewTicker(lockWatch)
	defer ticker.Stop()
	until := time.Now().Add(lockTTL)
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			state, err := l.client.watchLock.Run(ctx, l.client.rdb, []string{l.key, wanted(l.key)}, l.token, lockTTL.Milliseconds()).Int()
			switch {
			case err == nil && state >= 0:
				until = now.Add(lockTTL)
			case err != nil && now.Before(until):
				continue
			}
			if state != 0 || !now.Before(until) {
				ask()
			}
		}
	}
}

func (l *Lock) drop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	keys := []string{l.key, wanted(l.key)}
	return failed("unlock", l.key, l.client.unlock.Run(ctx, l.client.rdb, keys, l.token).Err())
}

// Unlock releases the lock. If it was lost, its new holder keeps it.
func (l *Lock) Unlock() error { return l.unlock() }
