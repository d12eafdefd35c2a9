package readyourwrites

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"larder.dev/internal/redis"
)

// How long marks are kept. From Lifetime after the owner's last write, readers ask the ledger for
// it. A thing's version has no other source for a reader with a cache hit, so its mark outlives a
// view's lag after an outage; it takes some 200 bytes.
const (
	Lifetime        = 30 * time.Second
	VersionLifetime = time.Hour
)

const (
	prefix = "written:"
	// eraKey holds a random value that is lost when this Redis loses its data, with the marks.
	eraKey = prefix + "era"
)

// Marks are left in Redis by a user's writes for the same user's reads.
type Marks struct{ redis *redis.Client }

// NewMarks returns the marks in a Redis.
func NewMarks(client *redis.Client) *Marks { return &Marks{redis: client} }

// Note records a write's marks: the owner's last write, and the thing's version. Call it after the
// commit and before the answer. change is the owner's change number; it decides which of two writes
// noted out of order is the last.
func (m *Marks) Note(ctx context.Context, owner string, change int64, after After) error {
	version := strconv.FormatInt(after.Version, 10)
	err := m.redis.Advance(ctx, []redis.Versioned{
		{
			Key: lastKey(owner), Version: change, TTL: Lifetime,
			Value: []byte(strconv.FormatInt(change, 10) + " " + after.String()),
		},
		{Key: Key(owner, after.ID), Version: after.Version, TTL: VersionLifetime, Value: []byte(version + " ")},
	})
	if err != nil {
		return fmt.Errorf("note that %s of user %s was written: %w", after, owner, err)
	}
	return nil
}

// Last returns the owner's last write, the zero After if there is no mark. An owner's events are
// applied in order, so a view with this write has all earlier ones. A changed era means that marks
// may be lost.
func (m *Marks) Last(ctx context.Context, owner string) (last After, era string, err error) {
	values, err := m.redis.MGet(ctx, lastKey(owner), eraKey)
	if err != nil {
		return After{}, "", fmt.Errorf("read the last write of user %s: %w", owner, err)
	}
	if era = string(values[1]); era == "" {
		// If two begin an era at once, the later one stands, and the other sees it change at the
		// next read.
		era = rand.Text()
		if err := m.redis.Set(ctx, eraKey, []byte(era), 0); err != nil {
			return After{}, "", fmt.Errorf("begin an era of marks: %w", err)
		}
	}
	_, text, _ := strings.Cut(string(values[0]), " ")
	last, err = Parse(text)
	return last, era, err
}

// Erase deletes an owner's marks, and returns how many there were. It scans all keys, so it is for
// operators. A mark left afterwards by a write in progress expires within VersionLifetime.
func (m *Marks) Erase(ctx context.Context, owner string) (int, error) {
	// Both kinds of key have the last write's key as prefix, and no owner's id is a prefix of
	// another's.
	erased, err := m.redis.DeletePrefix(ctx, lastKey(owner))
	if err != nil {
		return erased, fmt.Errorf("erase the marks of user %s: %w", owner, err)
	}
	return erased, nil
}

// Key returns the key of a written thing's version, so that a reader can fetch the mark together
// with the cached thing. Version parses its value.
func Key(owner, id string) string { return prefix + owner + ":" + id }

// Version parses a Key's value: the written version, 0 if there is no mark.
func Version(value []byte) int64 {
	digits, _, _ := strings.Cut(string(value), " ")
	version, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return version
}

func lastKey(owner string) string { return prefix + owner }
