// Package views holds the shapes of what the projections keep: search documents, cache keys and cached
// values. Projections write them and the query API reads them, so both import this package.
package views

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
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

// EncodeCached gives the value "<version> <json>". The version comes first so that the store can compare
// it without reading JSON.
func EncodeCached(version int64, recipeJSON []byte) []byte {
	value := make([]byte, 0, len(recipeJSON)+20)
	value = strconv.AppendInt(value, version, 10)
	value = append(value, ' ')
	return append(value, recipeJSON...)
}

// EncodeTombstone gives the value of a deleted recipe: its version and an empty body. A reader that finds
// it knows that the recipe is gone, and an older event can't bring it back.
func EncodeTombstone(version int64) []byte { return EncodeCached(version, nil) }

// DecodeCached splits a cached value. The body is the JSON of the recipe, as the event carried it, and is
// empty for a tombstone. It shares memory with value. The error is ErrBadCached.
func DecodeCached(value []byte) (version int64, body []byte, err error) {
	number, body, found := bytes.Cut(value, []byte{' '})
	if !found {
		return 0, nil, fmt.Errorf("cached value without a version: %w", ErrBadCached)
	}
	version, err = strconv.ParseInt(string(number), 10, 64)
	if err != nil || version < 1 {
		return 0, nil, fmt.Errorf("cached value with a bad version: %w", ErrBadCached)
	}
	return version, body, nil
}
