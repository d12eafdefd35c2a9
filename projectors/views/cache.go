// Package views holds the shapes of what the projections keep: search documents, cache keys and cached
// values. Projections write them and the query API reads them, so both import this package.
package views

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"larder.dev/events"
)

// CacheTTL is how long a cached recipe or tombstone is kept after its last write. A tombstone that went
// away while an older event of its recipe is still undelivered would let that event back in, so it is long.
const CacheTTL = 7 * 24 * time.Hour

// CachePrefix starts the key of every cached recipe.
const CachePrefix = "recipe:"

// ErrBadCached is a cached value that this package did not write.
var ErrBadCached = errors.New("bad cached value")

// CacheKey names the cached recipe of a user. The user is part of the key, so that nobody reads another's.
func CacheKey(user, recipe string) string { return CacheUserPrefix(user) + recipe }

// IsCacheKey tells whether a key is that of a cached recipe.
func IsCacheKey(key string) bool { return strings.HasPrefix(key, CachePrefix) }

// CacheUserPrefix starts the key of every cached recipe of one user.
func CacheUserPrefix(user string) string { return CachePrefix + user + ":" }

// noTags is in a summary that a version before this one wrote, where a recipe had none.
//
//nolint:gochecknoglobals // a constant
var noTags = []byte(`"tags":null`)

// HeadSize is how many bytes of a cached value have the summary of nearly every recipe.
const HeadSize = 512

// EncodeCached gives the value "<version> <summary>\n<recipe>", both as JSON. The version comes first so that the store
// can compare it without reading JSON, and the summary so that a list reads the head of each value alone. recipeJSON is
// the recipe as the event carried it.
func EncodeCached(recipe events.Recipe, recipeJSON []byte) []byte {
	summary := summaryOf(recipe).JSON()
	value := make([]byte, 0, len(summary)+len(recipeJSON)+21)
	value = strconv.AppendInt(value, recipe.Version, 10)
	value = append(value, ' ')
	value = append(value, summary...)
	value = append(value, '\n')
	return append(value, recipeJSON...)
}

// EncodeTombstone gives the value of a deleted recipe: its version and an empty body. A reader that finds
// it knows that the recipe is gone, and an older event can't bring it back.
func EncodeTombstone(version int64) []byte { return append(strconv.AppendInt(nil, version, 10), ' ') }

// DecodeCached gives a cached recipe. The body is its JSON, as the event carried it, and is empty for a tombstone. It
// shares memory with value. The error is ErrBadCached.
func DecodeCached(value []byte) (version int64, body []byte, err error) {
	version, rest, err := cutVersion(value)
	if err != nil {
		return 0, nil, err
	}
	if _, recipe, found := bytes.Cut(rest, []byte{'\n'}); found {
		return version, recipe, nil
	}
	return version, rest, nil // a tombstone, or written before there were summaries
}

// DecodeHead gives the version of a cached recipe and its summary as JSON, from the first HeadSize bytes of its value or
// more. A tombstone has no summary. Where the summary isn't whole in there it is not found, and the whole value is to be
// read. It shares memory with head. The error is ErrBadCached.
func DecodeHead(head []byte) (version int64, summary []byte, found bool, err error) {
	version, rest, err := cutVersion(head)
	if err != nil {
		return 0, nil, false, err
	}
	summary, _, whole := bytes.Cut(rest, []byte{'\n'})
	if len(rest) == 0 {
		return version, nil, true, nil
	}
	if !whole || len(summary) == 0 || bytes.Contains(summary, noTags) {
		return version, nil, false, nil
	}
	if !json.Valid(summary) {
		return 0, nil, false, fmt.Errorf("cached summary of version %d: %w", version, ErrBadCached)
	}
	return version, summary, true, nil
}

func cutVersion(value []byte) (version int64, rest []byte, err error) {
	number, rest, found := bytes.Cut(value, []byte{' '})
	if !found {
		return 0, nil, fmt.Errorf("cached value without a version: %w", ErrBadCached)
	}
	version, err = strconv.ParseInt(string(number), 10, 64)
	if err != nil || version < 1 {
		return 0, nil, fmt.Errorf("cached value with a bad version: %w", ErrBadCached)
	}
	return version, rest, nil
}
