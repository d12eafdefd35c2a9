// Package redis is the only package that talks to a Redis server: plain keys, sets, set-if-newer,
// rate limits. It only uses commands of Redis 6.2 and earlier, so any server in use, and the
// embedded one, will do. Every call has a deadline, and every failure of the store is an
// ErrUnavailable, so that callers distinguish "not there" from "unreachable".
package redis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/extra/redisotel/v9"
	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"larder.dev/internal/fulldisk"
	"larder.dev/internal/telemetry"
)

// ErrUnavailable wraps every failure of the store: it is down, too slow, or refused the command. A
// missing key is no failure.
var ErrUnavailable = errors.New("redis is unavailable")

// The deadlines are short, since a caller without Redis has an alternative: Postgres, or a 503. A
// single retry covers a connection that the server closed while idle.
const (
	dialTimeout    = time.Second
	commandTimeout = time.Second
	poolTimeout    = 2 * time.Second
	retries        = 1
	poolSize       = 64
)

// The library also logs its errors to standard error, once per connection.
//
//nolint:gochecknoinits // the library has one logger for the whole program
func init() { goredis.SetLogger(quiet{}) }

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// Client is a connection pool for one server. It is safe for concurrent use.
type Client struct {
	rdb     *goredis.Client
	limiter *redis_rate.Limiter
	newer   *goredis.Script

	watchLock, unlock *goredis.Script
}

// Entry is a key with its value. It expires after TTL; 0 means never.
type Entry struct {
	Key   string
	Value []byte
	TTL   time.Duration
}

// Open returns a client for an address such as redis://:password@host:6379/0. It doesn't contact
// the server, so a program starts while Redis is down; Ping does. An error means that the address
// is invalid.
func Open(_ context.Context, url string) (*Client, error) {
	options, err := goredis.ParseURL(url)
	if err != nil {
		// The cause quotes the address, including the password.
		return nil, errors.New("read the Redis address: it must look like redis://:password@host:6379/0")
	}
	options.Protocol = 2 // nothing needs RESP3, and this saves a handshake command
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.ContextTimeoutEnabled = true
	options.DialTimeout = dialTimeout
	options.DialerRetries = 1
	options.ReadTimeout = commandTimeout
	options.WriteTimeout = commandTimeout
	options.PoolTimeout = poolTimeout
	options.PoolSize = poolSize
	options.MaxRetries = retries
	rdb := goredis.NewClient(options)
	return &Client{
		rdb: rdb, limiter: redis_rate.NewLimiter(rdb), newer: goredis.NewScript(newerScript),
		watchLock: goredis.NewScript(watchScript), unlock: goredis.NewScript(unlockScript),
	}, nil
}

// Follow creates a span per command from here on, without keys and values: they name users and hold
// recipes.
func (c *Client) Follow(tracing *telemetry.Tracing) error {
	if !tracing.On() {
		return nil
	}
	err := redisotel.InstrumentTracing(c.rdb,
		redisotel.WithTracerProvider(tracing.Provider()), redisotel.WithDBStatement(false))
	if err != nil {
		return fmt.Errorf("follow the Redis commands: %w", err)
	}
	return nil
}

// Close closes the connections.
func (c *Client) Close() error {
	if err := c.rdb.Close(); err != nil {
		return fmt.Errorf("close the Redis connections: %w", err)
	}
	return nil
}

// Ping checks that the server answers. One with a full disk also refuses this, but is there.
func (c *Client) Ping(ctx context.Context) error {
	err := c.rdb.Ping(ctx).Err()
	if isFull(err) {
		return nil
	}
	return failed("ping", "", err)
}

// Get returns a key's value, and whether it exists.
func (c *Client) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, err := c.rdb.Get(ctx, key).Bytes()
	if errors.Is(err, goredis.Nil) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, failed("get", key, err)
	}
	return value, true, nil
}

// MGet returns the keys' values in order, in one round trip; nil for missing ones.
func (c *Client) MGet(ctx context.Context, keys ...string) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	values, err := mget(ctx, c.rdb, keys)
	return values, failed("read many, first", keys[0], err)
}

// Heads returns the first bytes of the keys' values, in order, in one round trip; nil for missing
// ones.
func (c *Client) Heads(ctx context.Context, size int64, keys ...string) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	asked := make([]*goredis.StringCmd, len(keys))
	_, err := c.rdb.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for i, key := range keys {
			asked[i] = p.GetRange(ctx, key, 0, size-1)
		}
		return nil
	})
	if err != nil {
		return nil, failed("read the heads of many, first", keys[0], err)
	}
	heads := make([][]byte, len(keys))
	for i, answer := range asked {
		if text := answer.Val(); text != "" {
			heads[i] = []byte(text)
		}
	}
	return heads, nil
}

func mget(ctx context.Context, from goredis.StringCmdable, keys []string) ([][]byte, error) {
	found, err := from.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, err
	}
	values := make([][]byte, len(keys))
	for i, value := range found {
		if text, ok := value.(string); ok {
			values[i] = []byte(text)
		}
	}
	return values, nil
}

// Set writes a key. It expires after ttl; 0 means never.
func (c *Client) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return failed("set", key, c.rdb.Set(ctx, key, value, ttl).Err())
}

// SetMany writes the entries in one round trip, but not in one transaction; see Tx.
func (c *Client) SetMany(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	_, err := c.rdb.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for _, e := range entries {
			p.Set(ctx, e.Key, e.Value, e.TTL)
		}
		return nil
	})
	return failed("set many, first", entries[0].Key, err)
}

// Del deletes the keys and returns how many there were.
func (c *Client) Del(ctx context.Context, keys ...string) (int, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	n, err := c.rdb.Del(ctx, keys...).Result()
	return int(n), failed("delete", keys[0], err)
}

// Expire sets a key's TTL. It returns false if there is no such key.
func (c *Client) Expire(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	ok, err := c.rdb.Expire(ctx, key, ttl).Result()
	return ok, failed("expire", key, err)
}

// TTL returns a key's remaining TTL; 0 if it is missing or never expires.
func (c *Client) TTL(ctx context.Context, key string) (time.Duration, error) {
	ttl, err := c.rdb.PTTL(ctx, key).Result()
	return max(ttl, 0), failed("read the time to live of", key, err)
}

// TTLs is TTL for many keys, in order, in one round trip.
func (c *Client) TTLs(ctx context.Context, keys ...string) ([]time.Duration, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	asked := make([]*goredis.DurationCmd, len(keys))
	_, err := c.rdb.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for i, key := range keys {
			asked[i] = p.PTTL(ctx, key)
		}
		return nil
	})
	if err != nil {
		return nil, failed("read the times to live of many, first", keys[0], err)
	}
	left := make([]time.Duration, len(keys))
	for i, answer := range asked {
		left[i] = max(answer.Val(), 0)
	}
	return left, nil
}

// failed adds the command and key to an error, and marks it as ErrUnavailable, and as a full disk
// if it is one.
func failed(verb, key string, err error) error {
	if err == nil {
		return nil
	}
	if isFull(err) {
		err = fmt.Errorf("%w: %w", fulldisk.Err, err)
	}
	if key == "" {
		return fmt.Errorf("%w: %s: %w", ErrUnavailable, verb, err)
	}
	return fmt.Errorf("%w: %s %s: %w", ErrUnavailable, verb, key, err)
}
