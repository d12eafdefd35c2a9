// Package materials keeps what is imported in the object store while its import is under way, so
// that any process can continue it. Bytes are received in parts, without a disk and with little
// memory.
package materials

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"larder.dev/internal/objectstore"
)

// Prefix is before the keys of all materials; user and import follow.
const Prefix = "imports/"

// ErrTooLarge means that a material has more bytes than it may.
var ErrTooLarge = errors.New("the file is too large")

// Store keeps materials. It is safe for concurrent use.
type Store struct{ objects objectstore.Store }

// New returns a store on top of an object store.
func New(objects objectstore.Store) *Store { return &Store{objects: objects} }

func key(user, id string) string { return Prefix + user + "/" + id }

// Put receives a material to its end and returns the hash of its bytes.
func (s *Store) Put(ctx context.Context, user, id string, from io.Reader, limit int64) (hash string, err error) {
	sum := sha256.New()
	from = io.TeeReader(objectstore.Limited(from, limit, ErrTooLarge), sum)
	part := make([]byte, objectstore.MinPart)
	n, err := io.ReadFull(from, part)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = s.objects.Put(ctx, key(user, id), bytes.NewReader(part[:n]), int64(n), "")
	case err == nil:
		err = s.inParts(ctx, key(user, id), part, from)
	}
	if err != nil {
		return "", fmt.Errorf("keep what is to be imported: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// inParts stores a material that is longer than its first part.
func (s *Store) inParts(ctx context.Context, at string, part []byte, from io.Reader) (err error) {
	upload, err := s.objects.BeginMultipart(ctx, at)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.objects.AbortMultiparts(context.WithoutCancel(ctx), at))
		}
	}()
	var parts []objectstore.Part
	for n := len(part); n > 0; {
		stored, err := s.objects.PutPart(ctx, at, upload, len(parts)+1, part[:n])
		if err != nil {
			return err
		}
		parts = append(parts, stored)
		if n, err = io.ReadFull(from, part); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
	}
	return s.objects.CompleteMultipart(ctx, at, upload, parts)
}

// Open opens a material. The error is objectstore.ErrNotFound if it isn't there.
func (s *Store) Open(ctx context.Context, user, id string) (*objectstore.Reader, error) {
	object, err := s.objects.Get(ctx, key(user, id))
	if err == nil {
		object.Content = &blocks{Content: object.Content, size: object.Info.Size}
	}
	return object, err
}

const removeWithin = 10 * time.Second

// Remove removes a material; a missing one is no error.
func (s *Store) Remove(ctx context.Context, user, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeWithin)
	defer cancel()
	return s.objects.Delete(ctx, key(user, id))
}

// Sweep removes the materials from before a time, which belong to no import that is under way.
func (s *Store) Sweep(ctx context.Context, before time.Time) error {
	return s.objects.Each(ctx, Prefix, func(o objectstore.Object) error {
		if !o.Changed.Before(before) {
			return nil
		}
		return s.objects.Delete(ctx, o.Key)
	})
}

// Erase removes every material of a user, and returns how many there were.
func (s *Store) Erase(ctx context.Context, user string) (int, error) {
	if user == "" || strings.Contains(user, "/") {
		return 0, fmt.Errorf("erase the materials of user %q: not an id", user)
	}
	count := 0
	err := s.objects.Each(ctx, key(user, ""), func(o objectstore.Object) error {
		count++
		return s.objects.Delete(ctx, o.Key)
	})
	return count, err
}
