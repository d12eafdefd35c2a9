package incoming

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"larder.dev/internal/objectstore"
)

// copyBuffer is the buffer size for hashing.
const copyBuffer = 64 << 10

// File is a completely received file: in memory if it is small, otherwise in the store.
type File struct {
	content

	Size   int64
	SHA256 string // lower-case hex, of the stored bytes

	objects   objectstore.Store
	key, etag string // of the object with the bytes; "" if they are in memory
	close     func() error
}

type content interface {
	io.Reader
	io.ReaderAt
	io.Seeker
}

// Keep stores the bytes under a key, from memory or by a copy within the store.
func (f *File) Keep(ctx context.Context, key, mediaType string) error {
	if f.key == "" {
		return f.objects.Put(ctx, key, f, f.Size, mediaType)
	}
	return f.objects.Copy(ctx, f.key, f.etag, key, mediaType)
}

// Close releases the file's resources. Don't use it afterwards.
func (f *File) Close() error { return f.close() }

// Open returns a complete upload as a file. Closing the file keeps the upload.
func (u *Upload) Open(ctx context.Context) (*File, error) {
	object, err := u.store.objects.Get(ctx, u.place+bytesKey)
	if err != nil {
		return nil, err
	}
	file := &File{
		content: object, objects: u.store.objects, key: u.place + bytesKey, etag: object.Info.ETag, close: object.Close,
	}
	file.Size, file.SHA256 = object.Info.Size, object.Info.SHA256
	if file.SHA256 == "" {
		file.Size, file.SHA256, err = hashOf(object)
	}
	if err == nil && (file.Size != object.Info.Size || u.Note.Size > 0 && file.Size != u.Note.Size) {
		err = fmt.Errorf("%w: %d bytes of %d", io.ErrUnexpectedEOF, file.Size, u.Note.Size)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("hash upload %s: %w", u.place, err), object.Close())
	}
	return file, nil
}

func hashOf(content io.Reader) (size int64, hash string, err error) {
	sum := sha256.New()
	size, err = io.CopyBuffer(sum, content, make([]byte, copyBuffer))
	return size, hex.EncodeToString(sum.Sum(nil)), err
}

// Take reads a person's file to its end. It returns ErrTooLarge, ErrShare, ErrBusy, the reader's
// error, or the store's. Close the file to remove what it holds in the store.
func (s *Store) Take(ctx context.Context, person string, from io.Reader, limit int64) (*File, error) {
	into, err := s.room.take(ctx, person, -1)
	if err != nil {
		return nil, err
	}
	from = objectstore.Limited(from, limit, ErrTooLarge)
	switch err := into.fill(from); {
	case errors.Is(err, io.EOF):
		return s.inMemory(into), nil
	case err != nil:
		into.release()
		return nil, err
	default:
		defer into.release()
		return s.throughStore(ctx, person, into, from)
	}
}

func (s *Store) inMemory(from *buffer) *File {
	sum := sha256.Sum256(from.bytes)
	return &File{
		content: bytes.NewReader(from.bytes), objects: s.objects,
		Size: int64(len(from.bytes)), SHA256: hex.EncodeToString(sum[:]),
		close: func() error { from.release(); return nil },
	}
}

// throughStore receives a file that doesn't fit in the buffer.
func (s *Store) throughStore(ctx context.Context, person string, into *buffer, from io.Reader) (file *File, err error) {
	place := Forms + person + "/" + uuid.NewString()
	remove := func() error { return s.Remove(ctx, place) }
	defer func() {
		if err != nil {
			_ = remove() // if it fails, a sweep removes it
		}
	}()
	upload, err := s.Begin(ctx, place, Note{})
	if err != nil {
		return nil, err
	}
	if err := upload.stream(ctx, into, from); err != nil {
		return nil, err
	}
	if err := upload.flush(ctx, into); err != nil {
		return nil, err
	}
	if err := upload.Complete(ctx); err != nil {
		return nil, err
	}
	file, err = upload.Open(ctx)
	if err != nil {
		return nil, err
	}
	read := file.close
	file.close = func() error { return errors.Join(read(), remove()) }
	return file, nil
}
