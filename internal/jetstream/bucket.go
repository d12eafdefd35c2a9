package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Bucket is a small durable map. Keys are tokens of letters, digits, "-" and "_", joined by dots.
type Bucket struct {
	conn *Conn
	name string
	raw  jetstream.KeyValue
}

// Entry is one key of a bucket.
type Entry struct {
	Key   string
	Value []byte
	Time  time.Time
}

// EnsureBucket opens a bucket and makes it if it isn't there.
func (c *Conn) EnsureBucket(ctx context.Context, name string) (*Bucket, error) {
	ctx, done := c.apiRequest(ctx, "KV_"+name)
	defer done()
	raw, err := c.js.KeyValue(ctx, name)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		raw, err = c.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: name, Storage: jetstream.FileStorage, Replicas: c.replicas(),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", name, explain(ctx, err))
	}
	return &Bucket{conn: c, name: name, raw: raw}, nil
}

// Revision grows with every change of the bucket. It asks for less than List, which makes a consumer.
func (b *Bucket) Revision(ctx context.Context) (uint64, error) {
	var state StreamState
	err := b.made(ctx, func() (err error) { state, err = b.conn.State(ctx, "KV_"+b.name); return err })
	return state.LastSeq, err
}

// Put sets a key.
func (b *Bucket) Put(ctx context.Context, key string, value []byte) error {
	ctx, done := b.conn.request(ctx, "$KV."+b.name+"."+key)
	defer done()
	err := b.made(ctx, func() error { _, err := b.raw.Put(ctx, key, value); return err })
	if err != nil {
		return fmt.Errorf("put %s into bucket %s: %w", key, b.name, explain(ctx, err))
	}
	return nil
}

// made does something to the bucket, and once more where the bucket was gone, as after the loss of the server's disk.
func (b *Bucket) made(ctx context.Context, do func() error) error {
	err := do()
	if !isGone(err) {
		return err
	}
	if _, err := b.conn.EnsureBucket(ctx, b.name); err != nil {
		return err
	}
	return do()
}

// isGone tells whether nobody took a request because there is no such stream. A server without JetStream answers the same.
func isGone(err error) bool {
	for _, gone := range []error{
		nats.ErrNoResponders, jetstream.ErrNoStreamResponse, jetstream.ErrStreamNotFound, jetstream.ErrBucketNotFound,
	} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return false
}

// Versioned gives a key's value with its revision, 0 for a key that isn't there.
func (b *Bucket) Versioned(ctx context.Context, key string) (value []byte, revision uint64, err error) {
	ctx, done := b.conn.apiRequest(ctx, "KV_"+b.name)
	defer done()
	var entry jetstream.KeyValueEntry
	err = b.made(ctx, func() (err error) { entry, err = b.raw.Get(ctx, key); return err })
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("get %s from bucket %s: %w", key, b.name, explain(ctx, err))
	}
	return entry.Value(), entry.Revision(), nil
}

// Update sets a key that still has a revision, 0 where it must not be there, and gives the new one. ErrConflict if it has
// another.
func (b *Bucket) Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	ctx, done := b.conn.request(ctx, "$KV."+b.name+"."+key)
	defer done()
	next, err := b.update(ctx, key, value, revision)
	if err != nil {
		if errors.Is(err, jetstream.ErrKeyExists) {
			err = fmt.Errorf("%w: %w", ErrConflict, err)
		}
		return 0, fmt.Errorf("update %s in bucket %s: %w", key, b.name, explain(ctx, conflict(err)))
	}
	return next, nil
}

func (b *Bucket) update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if revision == 0 {
		return b.raw.Create(ctx, key, value)
	}
	return b.raw.Update(ctx, key, value, revision)
}

// Delete removes a key, if it is there.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	ctx, done := b.conn.request(ctx, "$KV."+b.name+"."+key)
	defer done()
	if err := b.made(ctx, func() error { return b.raw.Purge(ctx, key) }); err != nil {
		return fmt.Errorf("delete %s from bucket %s: %w", key, b.name, explain(ctx, err))
	}
	return nil
}

// List gives every entry whose key begins with the prefix, oldest first.
func (b *Bucket) List(ctx context.Context, prefix string) ([]Entry, error) {
	ctx, done := b.conn.apiRequest(ctx, "KV_"+b.name)
	defer done()
	var watcher jetstream.KeyWatcher
	err := b.made(ctx, func() (err error) { watcher, err = b.raw.WatchAll(ctx, jetstream.IgnoreDeletes()); return err })
	if err != nil {
		return nil, fmt.Errorf("list bucket %s: %w", b.name, explain(ctx, err))
	}
	defer func() { _ = watcher.Stop() }()
	var entries []Entry
	for {
		select {
		case raw, open := <-watcher.Updates():
			if !open {
				return nil, fmt.Errorf("list bucket %s: %w", b.name, ErrNotConnected)
			}
			if raw == nil { // marks the end of what was there
				return entries, nil
			}
			if strings.HasPrefix(raw.Key(), prefix) {
				entries = append(entries, Entry{Key: raw.Key(), Value: raw.Value(), Time: raw.Created()})
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("list bucket %s: %w", b.name, explain(ctx, ctx.Err()))
		}
	}
}

// Get gives a key's value; false if it isn't there.
func (b *Bucket) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	value, revision, err := b.Versioned(ctx, key)
	return value, revision > 0, err
}

// BucketValue gives the value of a key in a bucket that somebody else makes; false where there is no such bucket
// or key. It needs fewer permissions than EnsureBucket.
func (c *Conn) BucketValue(ctx context.Context, bucket, key string) (value []byte, found bool, err error) {
	message, found, err := c.Last(ctx, "KV_"+bucket, "$KV."+bucket+"."+key)
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("get %s from bucket %s: %w", key, bucket, err)
	}
	return message.Data, found, nil
}
