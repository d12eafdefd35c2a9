package incoming

import (
	"context"
	"errors"
	"strings"
	"time"

	"larder.dev/internal/objectstore"
)

// The prefixes of uploads, by kind. Below each is <person>/<id>.
const (
	Forms     = "incoming/" // of a single request; can't be resumed if that is killed
	Resumable = "uploads/"
	Records   = "uploaded/" // outcomes of resumable uploads, kept for a day
)

// Each calls fn for every upload under a prefix, with its place and the time one of its objects was
// last written.
func (s *Store) Each(ctx context.Context, prefix string, fn func(place string, changed time.Time) error) error {
	var place string
	var changed time.Time
	flush := func() error {
		if place == "" {
			return nil
		}
		return fn(place, changed)
	}
	err := s.objects.Each(ctx, prefix, func(o objectstore.Object) error {
		at := strings.LastIndexByte(o.Key, '/')
		if at < len(prefix)-1 {
			return nil
		}
		if o.Key[:at] != place {
			if err := flush(); err != nil {
				return err
			}
			place, changed = o.Key[:at], time.Time{}
		}
		if o.Changed.After(changed) {
			changed = o.Changed
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// Changed returns when an upload last received bytes.
func (s *Store) Changed(ctx context.Context, place string) (time.Time, error) {
	var last time.Time
	err := s.Each(ctx, place+"/", func(_ string, changed time.Time) error { last = changed; return nil })
	if err != nil {
		return last, err
	}
	note, err := s.Note(ctx, place)
	if errors.Is(err, objectstore.ErrNotFound) || err == nil && note.Multipart == "" {
		return last, nil
	}
	if err != nil {
		return last, err
	}
	parts, err := s.objects.Parts(ctx, place+bytesKey, note.Multipart)
	if errors.Is(err, objectstore.ErrNotFound) {
		return last, nil
	}
	for _, part := range parts {
		if part.Changed.After(last) {
			last = part.Changed
		}
	}
	return last, err
}

// SweepForms removes forms abandoned by processes that died, and returns how many.
func (s *Store) SweepForms(ctx context.Context, before time.Time) (int, error) {
	removed := 0
	var failures []error
	err := s.Each(ctx, Forms, func(place string, changed time.Time) error {
		if !changed.Before(before) {
			return nil
		}
		if last, err := s.Changed(ctx, place); err != nil || !last.Before(before) {
			failures = append(failures, err)
			return nil
		}
		if err := s.Remove(ctx, place); err != nil {
			failures = append(failures, err)
			return nil
		}
		removed++
		return nil
	})
	return removed, errors.Join(append(failures, err)...)
}

// Erase removes all uploads of a deleted person.
func (s *Store) Erase(ctx context.Context, person string) error {
	for _, prefix := range []string{Forms, Resumable} {
		err := s.Each(ctx, prefix+person+"/", func(place string, _ time.Time) error { return s.Remove(ctx, place) })
		if err != nil {
			return err
		}
	}
	return s.objects.Each(ctx, Records+person+"/", func(o objectstore.Object) error { return s.objects.Delete(ctx, o.Key) })
}
