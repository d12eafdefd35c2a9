// Package views defines what the projections store: search documents, cache keys and cached values.
// Projections write them and the query API reads them, so both import this package.
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
	"larder.dev/recipe"
)

// CacheTTL is how long a cached recipe or tombstone is kept after its last write. It is long,
// because if a tombstone expired before an older event of its recipe was delivered, that event
// would restore the recipe.
const CacheTTL = 7 * 24 * time.Hour

// CachePrefix is the key prefix of all cached recipes.
const CachePrefix = "recipe:"

// CacheMark is a key that exists until the cache is emptied.
const CacheMark = "recipes:warm"

// ErrBadCached means a cached value wasn't written by this package.
var ErrBadCached = errors.New("bad cached value")

// CacheKey is the key of a user's cached recipe. It includes the user, so that nobody can read
// another's.
func CacheKey(user, recipe string) string { return CacheUserPrefix(user) + recipe }

// IsCacheKey reports whether a key is a cached recipe's.
func IsCacheKey(key string) bool { return strings.HasPrefix(key, CachePrefix) }

// CacheUserPrefix is the key prefix of one user's cached recipes.
func CacheUserPrefix(user string) string { return CachePrefix + user + ":" }

// noTags occurs in summaries by an earlier version, for recipes without tags.
//
//nolint:gochecknoglobals // a constant
var noTags = []byte(`"tags":null`)

// HeadSize is enough bytes of a cached value to contain nearly every recipe's summary.
const HeadSize = 512

// A mark before the recipe says that its rows have all derived parts. Earlier versions wrote no
// mark; their rows are parsed when read. Both marks are white space in JSON, so an earlier reader
// takes them as part of the recipe and still works.
const (
	asKept     = '\n' // as in the event
	understood = '\t' // with derived parts that aren't stored
)

// Cached is a cached recipe. Its Body is empty for a tombstone.
type Cached struct {
	Version    int64
	Body       []byte // the recipe's JSON, for clients
	Understood bool   // whether the rows have derived parts that aren't stored
	Outdated   bool   // written by an earlier version, which may have left out fields that the database has
}

// EncodeCached returns the value "<version> <summary>\n<mark><recipe>", both as JSON. The version
// comes first so that the store can compare it without parsing JSON, and the summary next so that a
// list only reads each value's head. body is the recipe as sent to clients; more reports whether
// its rows have derived parts that aren't stored.
func EncodeCached(r events.Recipe, body []byte, more bool) []byte {
	summary := summaryOf(r).JSON()
	value := make([]byte, 0, len(summary)+len(body)+22)
	value = strconv.AppendInt(value, r.Version, 10)
	value = append(value, ' ')
	value = append(value, summary...)
	value = append(value, '\n')
	if more {
		value = append(value, understood)
	} else {
		value = append(value, asKept)
	}
	return append(value, body...)
}

// EncodeTombstone returns the value of a deleted recipe: its version and an empty body. It tells
// readers that the recipe is gone, and keeps an older event from restoring it.
func EncodeTombstone(version int64) []byte { return append(strconv.AppendInt(nil, version, 10), ' ') }

// newestField is in every recipe that has all of today's fields. Inside a JSON string its quotes
// would be escaped.
//
//nolint:gochecknoglobals // a constant
var newestField = []byte(`"rating":`)

// DecodeCached decodes a cached recipe. The result may share memory with value. It returns
// ErrBadCached.
func DecodeCached(value []byte) (Cached, error) {
	version, rest, err := cutVersion(value)
	if err != nil {
		return Cached{}, err
	}
	if len(rest) == 0 {
		return Cached{Version: version}, nil
	}
	_, body, found := bytes.Cut(rest, []byte{'\n'})
	if !found {
		body = rest // written before there were summaries
	}
	more := false
	if len(body) > 0 && (body[0] == asKept || body[0] == understood) {
		more = body[0] == understood
		body = body[1:]
		if bytes.Contains(body, newestField) {
			return Cached{Version: version, Body: body, Understood: more}, nil
		}
	}
	return completed(version, body, more)
}

// completed decodes a recipe that an earlier version cached: without parsed rows, or without the
// newest fields.
func completed(version int64, body []byte, understood bool) (Cached, error) {
	var r events.Recipe
	if err := json.Unmarshal(body, &r); err != nil {
		return Cached{}, fmt.Errorf("cached recipe of version %d: %w: %w", version, ErrBadCached, err)
	}
	r.Version = version
	r, more := recipe.Understood(r)
	body, err := recipe.Encode(r)
	if err != nil {
		return Cached{}, fmt.Errorf("cached recipe of version %d: %w: %w", version, ErrBadCached, err)
	}
	return Cached{Version: version, Body: body, Understood: understood || more, Outdated: true}, nil
}

// DecodeHead returns a cached recipe's version and its summary as JSON, from at least the first
// HeadSize bytes of its value. A tombstone has no summary. If the summary isn't complete, found is
// false and the caller must read the whole value. The result shares memory with head. It returns
// ErrBadCached.
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
