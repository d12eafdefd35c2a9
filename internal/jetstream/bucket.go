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

// EnsureBucket opens a bucket, creating it if it is missing.
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

// Revision increases with every change of the bucket. It needs fewer permissions than List, which
// creates a consumer.
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

// made runs do, and once more if the bucket was gone, as after the server lost its disk.
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

// isGone reports whether a request had no responder because the stream doesn't exist. A server
// without JetStream answers the same.
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

// Versioned returns a key's value and revision, 0 for a missing key.
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

// Update sets a key that still has the given revision, 0 if it must not exist, and returns the new
// one. The error is ErrConflict if the revision differs.
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

// Delete removes a key, if it exists.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	ctx, done := b.conn.request(ctx, "$KV."+b.name+"."+key)
	defer done()
	if err := b.made(ctx, func() error { return b.raw.Purge(ctx, key) }); err != nil {
		return fmt.Errorf("delete %s from bucket %s: %w", key, b.name, explain(ctx, err))
	}
	return nil
}

// List returns every entry whose key begins with the prefix, oldest first.
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
			if raw == nil { // marks the end of the existing entries
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

// Get returns a key's value; false if it is missing.
func (b *Bucket) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	value, revision, err := b.Versioned(ctx, key)
	return value, revision > 0, err
}

// BucketValue returns a key's value from a bucket that somebody else creates; false if the bucket
// or key is missing. It needs fewer permissions than EnsureBucket.
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
