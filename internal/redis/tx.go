package redis

import (
	"context"
	"errors"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Tx collects writes that take effect together or not at all.
type Tx struct {
	ctx  context.Context //nolint:containedctx // a Tx lives as long as the call that passes it to fn
	pipe goredis.Pipeliner
}

// Tx runs fn and sends the collected writes as one transaction (MULTI, EXEC), in one round trip. If
// fn fails, nothing is sent, and its error is returned unwrapped.
func (c *Client) Tx(ctx context.Context, fn func(*Tx) error) error {
	tx := &Tx{ctx: ctx, pipe: c.rdb.TxPipeline()}
	if err := fn(tx); err != nil {
		return err
	}
	if tx.pipe.Len() == 0 {
		return nil
	}
	return failed("run a transaction", "", tx.exec(ctx))
}

// exec sends what was collected. Where the server calls the transaction off since it refused one of the commands, the error is
// that refusal, which says why.
func (t *Tx) exec(ctx context.Context) error {
	commands, err := t.pipe.Exec(ctx)
	if err == nil || !strings.HasPrefix(err.Error(), "EXECABORT") {
		return err
	}
	for _, command := range commands {
		if refused := command.Err(); refused != nil && !errors.Is(refused, err) {
			return refused
		}
	}
	return err
}

// updateAttempts is how often Update restarts when others write the same keys.
const updateAttempts = 10

// Update changes keys depending on their values: fn gets the values (nil for missing keys) and
// collects the writes. They take effect only if nobody wrote any of the keys meanwhile; otherwise
// it restarts. An error of fn is returned unwrapped.
func (c *Client) Update(ctx context.Context, keys []string, fn func(values [][]byte, tx *Tx) error) error {
	if len(keys) == 0 {
		return nil
	}
	var err error = goredis.TxFailedErr
	for attempt := 0; attempt < updateAttempts && errors.Is(err, goredis.TxFailedErr); attempt++ {
		var ofCaller error
		err = c.rdb.Watch(ctx, func(watched *goredis.Tx) error {
			values, err := mget(ctx, watched, keys)
			if err != nil {
				return err
			}
			tx := &Tx{ctx: ctx, pipe: watched.TxPipeline()}
			if ofCaller = fn(values, tx); ofCaller != nil || tx.pipe.Len() == 0 {
				return ofCaller
			}
			return tx.exec(ctx)
		}, keys...)
		if ofCaller != nil {
			return ofCaller
		}
	}
	return failed("update, first", keys[0], err)
}

// Set writes a key. It expires after ttl; 0 means never.
func (t *Tx) Set(key string, value []byte, ttl time.Duration) { t.pipe.Set(t.ctx, key, value, ttl) }

// Replace writes a key and keeps its TTL. Use it within Update, which ensures that the key still
// exists.
func (t *Tx) Replace(key string, value []byte) { t.pipe.Set(t.ctx, key, value, goredis.KeepTTL) }

// Del deletes keys.
func (t *Tx) Del(keys ...string) {
	if len(keys) > 0 {
		t.pipe.Del(t.ctx, keys...)
	}
}

// Expire sets a key's TTL.
func (t *Tx) Expire(key string, ttl time.Duration) { t.pipe.Expire(t.ctx, key, ttl) }

// SAdd adds members to a set.
func (t *Tx) SAdd(key string, members ...string) {
	if len(members) > 0 {
		t.pipe.SAdd(t.ctx, key, anys(members)...)
	}
}

// SRem removes members from a set.
func (t *Tx) SRem(key string, members ...string) {
	if len(members) > 0 {
		t.pipe.SRem(t.ctx, key, anys(members)...)
	}
}
