// Package incoming takes bytes into the object store before it is known what they are: parts of a multipart upload
// below keys of their own, which any process goes on with. A file is kept under its hash, which is known when its last
// byte is here; what came is copied there inside the store. No disk is needed, and of each upload no more than one
// part is in memory.
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
	// PartSize is the size of every part but the last. Parts begin at multiples of it, whoever writes them: two
	// processes that both believe to have the upload write the same bytes to the same place.
	PartSize = objectstore.MinPart
	// MaxSize is how large an upload may be at most.
	MaxSize = min(objectstore.MaxParts*PartSize, objectstore.MaxCopy)
)

// ErrTooLarge is the error of an upload that has more bytes than it may.
var ErrTooLarge = errors.New("the file is too large")

// Store is where bytes come in. It is safe for concurrent use.
type Store struct {
	objects objectstore.Store
	room    *room
}

// New makes a store on an object store.
func New(objects objectstore.Store) *Store { return &Store{objects: objects, room: newRoom()} }

// The keys of an upload, below its place. A tail has the bytes after so many whole parts: too few for a part.
const (
	noteKey  = "/note"
	bytesKey = "/bytes"
)

func tailKey(place string, parts int) string { return fmt.Sprintf("%s/tail-%05d", place, parts) }

// Note is what is known of an upload from its beginning.
type Note struct {
	Multipart string            `json:"multipart"` // the id of the multipart upload; "" where it didn't begin yet
	Size      int64             `json:"size"`      // of all bytes; 0 where that isn't known
	Meta      map[string]string `json:"meta,omitempty"`
}

// Upload is what has come of an upload.
type Upload struct {
	Note Note

	store *Store
	place string
	parts []objectstore.Part // whole ones, and the last one of an upload that is whole
	tail  int64              // bytes after the parts
	whole bool               // the parts are one object
}

// Begin begins an upload below a place, a prefix of keys without a slash at its end.
func (s *Store) Begin(ctx context.Context, place string, note Note) (*Upload, error) {
	// The note comes first: by it a sweep finds what was begun, whatever happens then.
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

// Note reads what is known of an upload. The error is objectstore.ErrNotFound where none was begun.
func (s *Store) Note(ctx context.Context, place string) (Note, error) {
	var note Note
	object, err := s.objects.Get(ctx, place+noteKey)
	if err != nil {
		return note, err
	}
	defer func() { _ = object.Close() }() // it was read
	if err := json.NewDecoder(object).Decode(&note); err != nil {
		return note, fmt.Errorf("read the note of upload %s: %w", place, err)
	}
	return note, nil
}

// Find looks what has come of an upload. The error is objectstore.ErrNotFound where it isn't there, or where a part of
// it is lost, so that it can't go on.
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

// Append takes the bytes of a resumable upload until the reader ends, which it does as well where a caller broke off,
// and gives how many of them are in the store then. The error is ErrShare, ErrBusy, or that of the store.
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

// load puts the tail into the buffer, so that what comes is added to it.
func (u *Upload) load(ctx context.Context, into *buffer) error {
	if u.tail == 0 {
		return nil
	}
	tail, err := u.store.objects.Get(ctx, tailKey(u.place, len(u.parts)))
	if err != nil {
		return err
	}
	defer func() { _ = tail.Close() }() // it was read
	if err := into.fill(io.LimitReader(tail, u.tail)); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the tail of upload %s: %w", u.place, err)
	}
	if int64(len(into.bytes)) != u.tail {
		return fmt.Errorf("read the tail of upload %s: %w", u.place, io.ErrUnexpectedEOF)
	}
	return nil
}

// stream puts one part after the other into the store. What is too little for one stays in the buffer.
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

// flush puts what is left in the buffer into the store: as the last part where no more is to come.
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

// ends tells whether an upload is whole with so many bytes after its parts.
func (u *Upload) ends(left int64) bool {
	return u.Note.Size == 0 || u.Offset()-u.tail+left == u.Note.Size
}

func (u *Upload) putPart(ctx context.Context, from *buffer) error {
	part, err := u.store.objects.PutPart(ctx, u.place+bytesKey, u.Note.Multipart, len(u.parts)+1, from.bytes)
	if err != nil {
		return err
	}
	if u.tail > 0 {
		_ = u.store.objects.Delete(ctx, tailKey(u.place, len(u.parts))) // else it goes with the upload
	}
	u.parts, u.tail = append(u.parts, part), 0
	from.bytes = from.bytes[:0]
	return nil
}

// Complete makes one object of the parts. It may be called again.
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

// Remove removes all that there is of an upload, also for a caller who has gone away. What it is found by goes last.
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
