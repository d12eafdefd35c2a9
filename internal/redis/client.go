// Package redis is the one place that speaks with a Redis server: plain keys, sets, set-if-newer, rate
// limits. It keeps to commands of Redis 6.2 and earlier, so that any server in use, and the embedded one,
// will do. Every call has a deadline, and every failure of the store is an ErrUnavailable, so that a
// caller tells "not there" from "can't be asked".
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

// ErrUnavailable wraps every failure of the store: it is away, too slow, or refused the command. A key
// that isn't there is no failure.
var ErrUnavailable = errors.New("redis is unavailable")

// The deadlines are short, since a caller without Redis has something else to do: answer from Postgres,
// or say 503. A single retry covers a connection that the server closed while it was idle.
const (
	dialTimeout    = time.Second
	commandTimeout = time.Second
	poolTimeout    = 2 * time.Second
	retries        = 1
	poolSize       = 64
)

// The library writes to the standard error what it also gives as an error, once for each connection.
//
//nolint:gochecknoinits // the library has one logger for the whole program
func init() { goredis.SetLogger(quiet{}) }

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// Client is a pool of connections to one server. It is safe for use by many goroutines.
type Client struct {
	rdb     *goredis.Client
	limiter *redis_rate.Limiter
	newer   *goredis.Script

	watchLock, unlock *goredis.Script
}

// Entry is a key with its value. It lives for TTL, for ever where TTL is 0.
type Entry struct {
	Key   string
	Value []byte
	TTL   time.Duration
}

// Open makes a client for an address like redis://:password@host:6379/0. It asks the server nothing, so
// that a program starts while Redis is away; Ping asks. An error means that the address can't be read.
func Open(_ context.Context, url string) (*Client, error) {
	options, err := goredis.ParseURL(url)
	if err != nil {
		// The cause quotes the address, and the password with it.
		return nil, errors.New("read the Redis address: it must look like redis://:password@host:6379/0")
	}
	options.Protocol = 2 // nothing here needs RESP3, and the handshake is one command shorter
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

// Follow makes a span of each command from here on. Keys and values stay out of it: they name users and hold
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

// Ping asks whether the server is there. One whose disk is full says so to this too, and is there.
func (c *Client) Ping(ctx context.Context) error {
	err := c.rdb.Ping(ctx).Err()
	if isFull(err) {
		return nil
	}
	return failed("ping", "", err)
}

// Get gives the value of a key, and whether there is one.
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

// MGet gives the values of the keys in their order, in one round trip; nil where there is none.
func (c *Client) MGet(ctx context.Context, keys ...string) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	values, err := mget(ctx, c.rdb, keys)
	return values, failed("read many, first", keys[0], err)
}

// Heads gives the first bytes of the values of the keys, in their order, in one round trip; nil where there is none.
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

// Set writes a key. It lives for ttl, for ever where ttl is 0.
func (c *Client) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return failed("set", key, c.rdb.Set(ctx, key, value, ttl).Err())
}

// SetMany writes the entries in one round trip. They are not one transaction; see Tx.
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

// Del drops the keys and gives how many there were.
func (c *Client) Del(ctx context.Context, keys ...string) (int, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	n, err := c.rdb.Del(ctx, keys...).Result()
	return int(n), failed("delete", keys[0], err)
}

// Expire lets a key live for ttl from now. It gives false where there is no such key.
func (c *Client) Expire(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	ok, err := c.rdb.Expire(ctx, key, ttl).Result()
	return ok, failed("expire", key, err)
}

// TTL gives how long a key still lives; 0 where it isn't there or lives for ever.
func (c *Client) TTL(ctx context.Context, key string) (time.Duration, error) {
	ttl, err := c.rdb.PTTL(ctx, key).Result()
	return max(ttl, 0), failed("read the time to live of", key, err)
}

// TTLs is TTL for many keys, in their order, in one round trip.
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

// failed names the command and the key of a failure, and marks it as ErrUnavailable, and as a full disk where it is one.
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
