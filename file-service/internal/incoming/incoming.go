// Package incoming receives bytes into the object store before their hash is known: as parts of a
// multipart upload under a key of its own, which any process can resume. A file is stored under its
// hash, known only after its last byte; the object store then copies it there internally. This
// needs no disk, and memory for only one part per upload.
package incoming

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"larder.dev/internal/objectstore"
)

const (
	// PartSize is the size of every part but the last. Parts begin at its multiples, whoever writes
	// them: if two processes both think they own the upload, they write the same bytes to the same
	// place.
	PartSize = objectstore.MinPart
	// MaxSize is the maximum size of an upload.
	MaxSize = min(objectstore.MaxParts*PartSize, objectstore.MaxCopy)
)

// ErrTooLarge means an upload exceeds its size limit.
var ErrTooLarge = errors.New("the file is too large")

// Store receives uploads. It is safe for concurrent use.
type Store struct {
	objects objectstore.Store
	room    *room
}

// New returns a store on top of an object store.
func New(objects objectstore.Store) *Store { return &Store{objects: objects, room: newRoom()} }

// The keys of an upload, below its place. A tail has the bytes after the given number of full
// parts: too few for a part.
const (
	noteKey  = "/note"
	bytesKey = "/bytes"
)

func tailKey(place string, parts int) string { return fmt.Sprintf("%s/tail-%05d", place, parts) }

// Note is what is known of an upload from its start.
type Note struct {
	Multipart string            `json:"multipart"` // the multipart upload's id; "" if none was started
	Size      int64             `json:"size"`      // total bytes; 0 if unknown
	Meta      map[string]string `json:"meta,omitempty"`
}

// Upload is the state of an upload.
type Upload struct {
	Note Note

	store *Store
	place string
	parts []objectstore.Part // full ones, plus the last one of a complete upload
	tail  int64              // bytes after the parts
	whole bool               // the parts have been joined into one object
}

// Begin starts an upload below a place, a key prefix without a trailing slash.
func (s *Store) Begin(ctx context.Context, place string, note Note) (*Upload, error) {
	// Write the note first: a sweep finds uploads by it, whatever happens next.
	if err := s.putNote(ctx, place, note); err != nil {
		return nil, err
	}
	var err error
	if note.Multipart, err = s.objects.BeginMultipart(ctx, place+bytesKey); err != nil {
		return nil, err
	}
	return &Upload{Note: note, store: s, place: place}, s.putNote(ctx, place, note)
}

func (s *Store) putNote(ctx context.Context, place string, note Note) error {
	text, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("write the note of upload %s: %w", place, err)
	}
	return s.objects.Put(ctx, place+noteKey, bytes.NewReader(text), int64(len(text)), "application/json")
}

// Note reads an upload's note. It returns objectstore.ErrNotFound if there is no such upload.
func (s *Store) Note(ctx context.Context, place string) (Note, error) {
	var note Note
	object, err := s.objects.Get(ctx, place+noteKey)
	if err != nil {
		return note, err
	}
	defer func() { _ = object.Close() }() // only read
	if err := json.NewDecoder(object).Decode(&note); err != nil {
		return note, fmt.Errorf("read the note of upload %s: %w", place, err)
	}
	return note, nil
}

// Find loads an upload's state. It returns objectstore.ErrNotFound if the upload is missing, or has
// lost a part and can't be resumed.
func (s *Store) Find(ctx context.Context, place string) (*Upload, error) {
	note, err := s.Note(ctx, place)
	if err != nil {
		return nil, err
	}
	if note.Multipart == "" {
		return nil, fmt.Errorf("find upload %s: %w: it never began", place, objectstore.ErrNotFound)
	}
	u := &Upload{Note: note, store: s, place: place}
	parts, err := s.objects.Parts(ctx, place+bytesKey, note.Multipart)
	if errors.Is(err, objectstore.ErrNotFound) {
		err = u.findWhole(ctx)
		return u, err
	}
	if err != nil {
		return nil, err
	}
	for i, part := range parts {
		if part.Number != i+1 {
			break
		}
		u.parts = append(u.parts, part)
	}
	tail, err := s.objects.Stat(ctx, tailKey(place, len(u.parts)))
	if err != nil && !errors.Is(err, objectstore.ErrNotFound) {
		return nil, err
	}
	u.tail = tail.Size
	return u, nil
}

func (u *Upload) findWhole(ctx context.Context) error {
	object, err := u.store.objects.Stat(ctx, u.place+bytesKey)
	if err != nil {
		return err
	}
	u.whole = true
	u.parts = []objectstore.Part{{Number: 1, Size: object.Size, ETag: object.ETag, Changed: object.Changed}}
	return nil
}

// Offset is how many bytes are in the store.
func (u *Upload) Offset() int64 {
	offset := u.tail
	for _, part := range u.parts {
		offset += part.Size
	}
	return offset
}

// Append receives bytes of a resumable upload until the reader ends, even if the caller broke off,
// and returns how many of them are stored. It returns ErrShare, ErrBusy, or the store's error.
func (u *Upload) Append(ctx context.Context, person string, from io.Reader) (int64, error) {
	begun := u.Offset()
	into, err := u.store.room.take(ctx, person, u.Note.Size-begun+u.tail)
	if err != nil {
		return 0, err
	}
	defer into.release()
	if err := u.load(ctx, into); err != nil {
		return 0, err
	}
	err = u.stream(ctx, into, from)
	if err == nil {
		err = u.flush(ctx, into)
	}
	return u.Offset() - begun, err
}

// load loads the tail into the buffer, to append to it.
func (u *Upload) load(ctx context.Context, into *buffer) error {
	if u.tail == 0 {
		return nil
	}
	tail, err := u.store.objects.Get(ctx, tailKey(u.place, len(u.parts)))
	if err != nil {
		return err
	}
	defer func() { _ = tail.Close() }() // only read
	if err := into.fill(io.LimitReader(tail, u.tail)); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the tail of upload %s: %w", u.place, err)
	}
	if int64(len(into.bytes)) != u.tail {
		return fmt.Errorf("read the tail of upload %s: %w", u.place, io.ErrUnexpectedEOF)
	}
	return nil
}

// stream stores full parts. The remainder stays in the buffer.
func (u *Upload) stream(ctx context.Context, into *buffer, from io.Reader) error {
	for {
		if into.full() {
			if err := u.putPart(ctx, into); err != nil {
				return err
			}
		}
		err := into.fill(from)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// flush stores what remains in the buffer: as the last part if the upload is complete, otherwise as
// the tail.
func (u *Upload) flush(ctx context.Context, from *buffer) error {
	left := int64(len(from.bytes))
	switch {
	case left == 0 || left == u.tail && !u.ends(left):
		return nil
	case u.ends(left):
		return u.putPart(ctx, from)
	default:
		err := u.store.objects.Put(ctx, tailKey(u.place, len(u.parts)), bytes.NewReader(from.bytes), left, "")
		if err == nil {
			u.tail = left
		}
		return err
	}
}

// ends reports whether an upload is complete with this many bytes after its parts.
func (u *Upload) ends(left int64) bool {
	return u.Note.Size == 0 || u.Offset()-u.tail+left == u.Note.Size
}

func (u *Upload) putPart(ctx context.Context, from *buffer) error {
	part, err := u.store.objects.PutPart(ctx, u.place+bytesKey, u.Note.Multipart, len(u.parts)+1, from.bytes)
	if err != nil {
		return err
	}
	if u.tail > 0 {
		_ = u.store.objects.Delete(ctx, tailKey(u.place, len(u.parts))) // otherwise it is removed with the upload
	}
	u.parts, u.tail = append(u.parts, part), 0
	from.bytes = from.bytes[:0]
	return nil
}

// Complete joins the parts into one object. It can be repeated.
func (u *Upload) Complete(ctx context.Context) error {
	if u.whole {
		return nil
	}
	if err := u.store.objects.CompleteMultipart(ctx, u.place+bytesKey, u.Note.Multipart, u.parts); err != nil {
		return err
	}
	u.whole = true
	return nil
}

const removeTimeout = 10 * time.Second

// Remove removes everything of an upload, even if the caller has gone. The note goes last: an
// upload is found by it.
func (s *Store) Remove(ctx context.Context, place string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTimeout)
	defer cancel()
	if err := s.objects.AbortMultiparts(ctx, place+bytesKey); err != nil {
		return err
	}
	err := s.objects.Each(ctx, place+"/", func(o objectstore.Object) error {
		if o.Key == place+noteKey {
			return nil
		}
		return s.objects.Delete(ctx, o.Key)
	})
	if err != nil {
		return err
	}
	return s.objects.Delete(ctx, place+noteKey)
}
