package freshness

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"larder.dev/internal/redis"
)

// Lifetime is how long a mark is kept: much longer than a view is behind on a good day. Where a view is
// further behind than this, the header still asks for what was written.
const Lifetime = 30 * time.Second

const prefix = "written:"

// Marks are the marks that writes leave in Redis for the reads of the same user.
type Marks struct{ redis *redis.Client }

// NewMarks gives the marks that are kept in a Redis.
func NewMarks(client *redis.Client) *Marks { return &Marks{redis: client} }

// Note leaves the marks of a write: the owner's last write, and the version of the thing. Call it after
// the commit and before the answer. change is the owner's change number; it decides which of two writes
// that are noted out of order is the last one.
func (m *Marks) Note(ctx context.Context, owner string, change int64, after After) error {
	version := strconv.FormatInt(after.Version, 10)
	err := m.redis.Advance(ctx, []redis.Versioned{
		{
			Key: lastKey(owner), Version: change, TTL: Lifetime,
			Value: []byte(strconv.FormatInt(change, 10) + " " + after.String()),
		},
		{Key: Key(owner, after.ID), Version: after.Version, TTL: Lifetime, Value: []byte(version + " ")},
	})
	if err != nil {
		return fmt.Errorf("note that %s of user %s was written: %w", after, owner, err)
	}
	return nil
}

// Last gives the owner's last write, the zero After where there is no mark of one. The events of one
// owner are applied in order, so a view that has this write has every earlier one.
func (m *Marks) Last(ctx context.Context, owner string) (After, error) {
	value, found, err := m.redis.Get(ctx, lastKey(owner))
	if err != nil {
		return After{}, fmt.Errorf("read the last write of user %s: %w", owner, err)
	}
	if !found {
		return After{}, nil
	}
	_, text, _ := strings.Cut(string(value), " ")
	return Parse(text)
}

// Erase drops the marks of an owner, and gives how many there were. It walks all keys, so it is for an
// operator's work. One that a write under way leaves afterwards lapses within Lifetime.
func (m *Marks) Erase(ctx context.Context, owner string) (int, error) {
	// Both kinds of key begin with that of the last write, and no owner's id is the beginning of another's.
	erased, err := m.redis.DeletePrefix(ctx, lastKey(owner))
	if err != nil {
		return erased, fmt.Errorf("erase the marks of user %s: %w", owner, err)
	}
	return erased, nil
}

// Key is the name of the key with the version of one written thing, so that a reader can fetch the mark
// together with the cached thing. Version reads its value.
func Key(owner, id string) string { return prefix + owner + ":" + id }

// Version reads the value of a Key: the version that was written, 0 where there is no mark.
func Version(value []byte) int64 {
	digits, _, _ := strings.Cut(string(value), " ")
	version, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return version
}

func lastKey(owner string) string { return prefix + owner }
