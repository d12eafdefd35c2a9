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
	"larder.dev/recipe"
)

// CacheTTL is how long a cached recipe or tombstone is kept after its last write. A tombstone that went
// away while an older event of its recipe is still undelivered would let that event back in, so it is long.
const CacheTTL = 7 * 24 * time.Hour

// CachePrefix starts the key of every cached recipe.
const CachePrefix = "recipe:"

// CacheMark is a key that the cache has as long as nobody empties it.
const CacheMark = "recipes:warm"

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

// A mark before the recipe says that its rows have the parts that their lines say. Values of before have none there, and
// their rows are understood when they are read. Both marks are white space in JSON, so that a reader of before, to whom
// they are a part of the recipe, reads on.
const (
	asKept     = '\n' // as the event carried it
	understood = '\t' // with parts that aren't kept
)

// Cached is a cached recipe. Its Body is empty for a tombstone.
type Cached struct {
	Version    int64
	Body       []byte // the recipe as JSON, for readers
	Understood bool   // whether the rows have parts that aren't kept
	Renewed    []byte // the value to put in the place of one that was written before rows were understood, else nil
}

// EncodeCached gives the value "<version> <summary>\n<mark><recipe>", both as JSON. The version comes first so that the
// store can compare it without reading JSON, and the summary so that a list reads the head of each value alone. body is
// the recipe as it goes out to readers, and more says whether its rows have parts that aren't kept.
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

// EncodeTombstone gives the value of a deleted recipe: its version and an empty body. A reader that finds
// it knows that the recipe is gone, and an older event can't bring it back.
func EncodeTombstone(version int64) []byte { return append(strconv.AppendInt(nil, version, 10), ' ') }

// DecodeCached gives a cached recipe. It shares memory with value. The error is ErrBadCached.
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
	if len(body) > 0 && (body[0] == asKept || body[0] == understood) {
		return Cached{Version: version, Body: body[1:], Understood: body[0] == understood}, nil
	}
	return renew(version, body)
}

// renew reads a recipe that was cached before rows were understood.
func renew(version int64, body []byte) (Cached, error) {
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
	return Cached{Version: version, Body: body, Understood: more, Renewed: EncodeCached(r, body, more)}, nil
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
