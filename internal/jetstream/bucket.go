package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

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
	state, err := b.conn.State(ctx, "KV_"+b.name)
	return state.LastSeq, err
}

// Put sets a key.
func (b *Bucket) Put(ctx context.Context, key string, value []byte) error {
	ctx, done := b.conn.request(ctx, "$KV."+b.name+"."+key)
	defer done()
	if _, err := b.raw.Put(ctx, key, value); err != nil {
		return fmt.Errorf("put %s into bucket %s: %w", key, b.name, explain(ctx, err))
	}
	return nil
}

// Delete removes a key, if it is there.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	ctx, done := b.conn.request(ctx, "$KV."+b.name+"."+key)
	defer done()
	if err := b.raw.Purge(ctx, key); err != nil {
		return fmt.Errorf("delete %s from bucket %s: %w", key, b.name, explain(ctx, err))
	}
	return nil
}

// List gives every entry whose key begins with the prefix, oldest first.
func (b *Bucket) List(ctx context.Context, prefix string) ([]Entry, error) {
	ctx, done := b.conn.apiRequest(ctx, "KV_"+b.name)
	defer done()
	watcher, err := b.raw.WatchAll(ctx, jetstream.IgnoreDeletes())
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
	ctx, done := b.conn.apiRequest(ctx, "KV_"+b.name)
	defer done()
	entry, err := b.raw.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("get %s from bucket %s: %w", key, b.name, explain(ctx, err))
	}
	return entry.Value(), true, nil
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
