package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"larder.dev/file-service/internal/incoming"
	"larder.dev/internal/objectstore"
)

// store is tusd's store, backed by the object store.
type store struct{ *Uploads }

var (
	_ handler.DataStore           = store{}
	_ handler.TerminaterDataStore = store{}
)

// NewUpload implements handler.DataStore. It checks a person's open uploads under their lock, so
// that two processes can't exceed the limit together.
func (s store) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	upload := uploadOf(info)
	lock, err := s.locker.take(ctx, upload.User, patience, nil)
	if err != nil {
		return nil, callOf(ctx).refuse(err)
	}
	defer func() { _ = lock.Unlock() }() // it expires otherwise
	if err := s.withinLimits(ctx, upload); err != nil {
		return nil, callOf(ctx).refuse(err)
	}
	state, err := s.o.Incoming.Begin(ctx, upload.place(), incoming.Note{Size: upload.Size, Meta: info.MetaData})
	if err != nil {
		return nil, callOf(ctx).refuse(fmt.Errorf("begin upload %s: %w", upload.ID, err))
	}
	callOf(ctx).upload = upload.ID
	return &kept{s: s, upload: upload, state: state}, nil
}

// withinLimits checks a person's open uploads before another begins. It returns ErrTooMany or
// ErrTooMuch.
func (s store) withinLimits(ctx context.Context, upload Upload) error {
	count, size := 1, upload.Size
	err := s.o.Incoming.Each(ctx, incoming.Resumable+upload.User+"/", func(place string, _ time.Time) error {
		note, err := s.o.Incoming.Note(ctx, place)
		if errors.Is(err, objectstore.ErrNotFound) {
			return nil // it was dropped meanwhile
		}
		count++
		size += note.Size
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("count the uploads of user %s: %w", upload.User, err)
	case count > MaxOpen:
		return ErrTooMany
	case size > s.o.MaxBytes:
		return ErrTooMuch
	default:
		return nil
	}
}

// GetUpload implements handler.DataStore.
func (s store) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	user, upload, _ := strings.Cut(id, "/")
	found, err := s.find(ctx, user, upload)
	if errors.Is(err, ErrNoUpload) {
		return nil, handler.ErrNotFound
	}
	if err != nil {
		return nil, callOf(ctx).refuse(err)
	}
	return found, nil
}

// AsTerminatableUpload implements handler.TerminaterDataStore.
func (store) AsTerminatableUpload(upload handler.Upload) handler.TerminatableUpload {
	return upload.(*kept) //nolint:errcheck,forcetypeassert // tusd passes back what it was given
}

// kept is an existing upload.
type kept struct {
	s      store
	upload Upload
	state  *incoming.Upload // nil once it is done
	done   *Done
}

// find returns a user's upload. The caller holds its lock. It returns ErrNoUpload if the upload is
// missing or has lost a part.
func (s store) find(ctx context.Context, user, id string) (*kept, error) {
	upload := Upload{User: user, ID: id}
	state, err := s.o.Incoming.Find(ctx, upload.place())
	if err != nil && !errors.Is(err, objectstore.ErrNotFound) {
		return nil, fmt.Errorf("look for upload %s: %w", id, err)
	}
	if err == nil {
		meta := state.Note.Meta
		upload.Size, upload.Recipe, upload.Name = state.Note.Size, meta[metaRecipe], meta[metaName]
		return &kept{s: s, upload: upload, state: state}, nil
	}
	record, err := s.record(ctx, upload)
	if errors.Is(err, objectstore.ErrNotFound) {
		return nil, ErrNoUpload
	}
	if err != nil {
		return nil, fmt.Errorf("look for the end of upload %s: %w", id, err)
	}
	upload.Size = record.Size
	return &kept{s: s, upload: upload, done: &record.Done}, nil
}

func (k *kept) offset() int64 {
	if k.state == nil {
		return k.upload.Size
	}
	return k.state.Offset()
}

func (k *kept) whole() bool { return k.offset() == k.upload.Size }

// GetInfo implements handler.Upload.
func (k *kept) GetInfo(context.Context) (handler.FileInfo, error) {
	return handler.FileInfo{
		ID: k.upload.key(), Size: k.upload.Size, Offset: k.offset(),
		MetaData: handler.MetaData{metaRecipe: k.upload.Recipe, metaName: k.upload.Name},
	}, nil
}

// WriteChunk implements handler.Upload.
func (k *kept) WriteChunk(ctx context.Context, _ int64, from io.Reader) (int64, error) {
	n, err := k.state.Append(ctx, k.upload.User, from)
	callOf(ctx).take()
	if err != nil {
		return n, callOf(ctx).refuse(fmt.Errorf("go on with upload %s: %w", k.upload.ID, err))
	}
	return n, nil
}

// FinishUpload implements handler.Upload. The parts are joined when finishing, which can be
// retried.
func (k *kept) FinishUpload(context.Context) error { return nil }

// Terminate implements handler.TerminatableUpload.
func (k *kept) Terminate(ctx context.Context) error { return k.s.remove(ctx, k.upload) }

// GetReader implements handler.Upload. It is never used.
func (k *kept) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, handler.ErrNotImplemented
}
