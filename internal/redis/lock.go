package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Times of a lock. Whoever holds one and ends without a word is waited for lockTTL.
const (
	lockTTL    = 10 * time.Second
	lockTry    = 100 * time.Millisecond
	lockWatch  = 300 * time.Millisecond
	lockWanted = 2 * time.Second // how long a wish for a lock is remembered; whoever waits renews it
)

// watchScript lets a lock live on, if it still is that of the token, and tells whether another process wants it: 0, 1,
// or -1 where the lock is another's.
const watchScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('EXISTS', KEYS[2])
`

// unlockScript drops a lock, if it still is that of the token.
const unlockScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1], KEYS[2])
`

// Lock is a lock among all processes that use the server, for as long as its holder says so. A holder who is stopped for
// longer than it takes to be given up may believe to have it while another does: what is done under it must bear that.
type Lock struct {
	client *Client
	key    string
	token  string
	unlock func() error
}

// Lock waits for the lock of a key until ctx is done. release is called once, when another process wants the lock or
// it is lost; nil where nobody is to be asked. The error is ErrUnavailable, or that of ctx.
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
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the lock %s: %w", key, ctx.Err())
		case <-time.After(lockTry):
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

// watch lets the lock live on until it is given back.
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

// Unlock gives the lock back. One that was lost is another's, and stays that.
func (l *Lock) Unlock() error { return l.unlock() }
