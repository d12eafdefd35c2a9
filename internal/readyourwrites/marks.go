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

// How long marks are kept. After the Lifetime of the owner's last write a reader asks the ledger for it. The version of a
// thing is asked for nowhere else by one who reads a cache that answers, so that its mark outlives what a view is behind
// by after an outage; it takes some 200 bytes.
const (
	Lifetime        = 30 * time.Second
	VersionLifetime = time.Hour
)

const (
	prefix = "written:"
	// eraKey has a word that goes when this Redis loses what it keeps, and the marks with it.
	eraKey = prefix + "era"
)

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
		{Key: Key(owner, after.ID), Version: after.Version, TTL: VersionLifetime, Value: []byte(version + " ")},
	})
	if err != nil {
		return fmt.Errorf("note that %s of user %s was written: %w", after, owner, err)
	}
	return nil
}

// Last gives the owner's last write, the zero After where there is no mark of one. The events of one
// owner are applied in order, so a view that has this write has every earlier one. Whoever sees another era than before
// knows that marks may be lost.
func (m *Marks) Last(ctx context.Context, owner string) (last After, era string, err error) {
	values, err := m.redis.MGet(ctx, lastKey(owner), eraKey)
	if err != nil {
		return After{}, "", fmt.Errorf("read the last write of user %s: %w", owner, err)
	}
	if era = string(values[1]); era == "" {
		// Of two who begin one at once the later stands, and the other's is another one at the next look.
		era = rand.Text()
		if err := m.redis.Set(ctx, eraKey, []byte(era), 0); err != nil {
			return After{}, "", fmt.Errorf("begin an era of marks: %w", err)
		}
	}
	_, text, _ := strings.Cut(string(values[0]), " ")
	last, err = Parse(text)
	return last, era, err
}

// Erase drops the marks of an owner, and gives how many there were. It walks all keys, so it is for an
// operator's work. One that a write under way leaves afterwards lapses within VersionLifetime.
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
