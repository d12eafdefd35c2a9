package cache

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"larder.dev/events"
	"larder.dev/projectors"
	"larder.dev/projectors/views"
)

// keysPage limits an answer: a server may return all its keys at once.
const keysPage = 5000

// Expect returns what the cache must have after the last event of a subject, if it has anything;
// false if it stores nothing for such events. Its errors are those of package events.
func Expect(e events.Envelope) (projectors.Fingerprint, bool, error) {
	if !e.Type.IsRecipe() {
		return projectors.Fingerprint{}, false, nil
	}
	value, err := cached(projectors.Event{Envelope: e})
	if err != nil {
		return projectors.Fingerprint{}, false, err
	}
	return fingerprint(e.Subject, value.Value), true, nil
}

// fingerprint gives an unreadable value no version, so that any event is newer.
func fingerprint(subject string, value []byte) projectors.Fingerprint {
	h := projectors.Fingerprint{Subject: subject}
	cached, err := views.DecodeCached(value)
	if err != nil {
		h.Digest = projectors.Digest(string(value))
		return h
	}
	h.Version, h.Deleted = cached.Version, len(cached.Body) == 0
	if !h.Deleted {
		h.Digest = projectors.Digest(string(cached.Body))
	}
	return h
}

// Fingerprints implements projectors.Inventory.
func (p *Projection) Fingerprints(ctx context.Context, subjects []string) ([]projectors.Fingerprint, error) {
	var keys, of []string
	for _, subject := range subjects {
		if user, recipe, ok := events.RecipeOf(subject); ok {
			keys, of = append(keys, views.CacheKey(user, recipe)), append(of, subject)
		}
	}
	values, err := p.redis.MGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var list []projectors.Fingerprint
	for i, value := range values {
		if value != nil {
			list = append(list, fingerprint(of[i], value))
		}
	}
	return list, nil
}

// Subjects implements projectors.Inventory. The cursor is the server's, plus how many of the keys
// in its answer have been returned: "17.5000".
func (p *Projection) Subjects(ctx context.Context, user, cursor string) (projectors.SubjectPage, error) {
	at, skip, err := readCursor(cursor)
	if err != nil {
		return projectors.SubjectPage{}, err
	}
	prefix := views.CachePrefix
	if user != "" {
		prefix = views.CacheUserPrefix(user)
	}
	keys, next, err := p.redis.KeysPage(ctx, prefix, at)
	if err != nil {
		return projectors.SubjectPage{}, err
	}
	keys = keys[min(skip, len(keys)):]
	var page projectors.SubjectPage
	for _, key := range keys[:min(keysPage, len(keys))] {
		owner, recipe, found := strings.Cut(strings.TrimPrefix(key, views.CachePrefix), ":")
		if found {
			page.Subjects = append(page.Subjects, events.RecipeSubject(owner, recipe))
		}
	}
	switch {
	case len(keys) > keysPage:
		page.Next = fmt.Sprintf("%d.%d", at, skip+keysPage)
	case next != 0:
		page.Next = fmt.Sprintf("%d.0", next)
	}
	return page, nil
}

func readCursor(cursor string) (at uint64, skip int, err error) {
	if cursor == "" {
		return 0, 0, nil
	}
	left, right, _ := strings.Cut(cursor, ".")
	if at, err = strconv.ParseUint(left, 10, 64); err == nil {
		skip, err = strconv.Atoi(right)
	}
	if err != nil || skip < 0 {
		return 0, 0, fmt.Errorf("cursor %q of the cache can't be read", cursor)
	}
	return at, skip, nil
}
