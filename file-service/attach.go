package fileservice

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"larder.dev/file-service/internal/antivirus"
	"larder.dev/file-service/internal/files"
	"larder.dev/file-service/internal/filestore"
	"larder.dev/file-service/internal/incoming"
	"larder.dev/file-service/internal/picture"
	"larder.dev/internal/ledger"
	"larder.dev/internal/readyourwrites"
)

// Attachment is a file that another component attaches to a person's recipe, by the use case that
// serves uploads.
type Attachment struct {
	User, Recipe string
	Name         string
	Bytes        io.Reader
	Key          string // attaching again under the same key does nothing
}

// ErrRefused means that a file can't be attached, however often it is tried.
var ErrRefused = errors.New("the file can't be attached")

// Attach attaches a file and returns the recipe's version with it. A picture's sizes are drawn later.
func (s *Service) Attach(ctx context.Context, a Attachment) (version int64, err error) {
	if err := s.files.CanAttach(ctx, a.User, a.Recipe); err != nil && !errors.Is(err, files.ErrTooMany) { // it may be there already
		return 0, refused(err)
	}
	outcome, err := s.files.Attach(ctx, files.Upload{
		User: a.User, Recipe: a.Recipe, Name: a.Name, Bytes: a.Bytes, DrawLater: true,
		Key: func(_, hash string) *ledger.Key {
			sum := sha256.Sum256([]byte(a.Recipe + " " + hash))
			return &ledger.Key{Value: a.Key, Hash: sum[:]}
		},
	})
	if err != nil {
		return 0, refused(err)
	}
	after, err := readyourwrites.Parse(outcome.Answer.Header[readyourwrites.Header])
	if err != nil {
		return 0, fmt.Errorf("read the version of recipe %s: %w", a.Recipe, err)
	}
	return after.Version, nil
}

// refused adds ErrRefused to an error that trying again doesn't change.
func refused(err error) error {
	var full *filestore.Full
	if errors.As(err, &full) {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	for _, final := range []error{
		files.ErrNoRecipe, files.ErrTooMany, files.ErrNoRoom, files.ErrEmpty, incoming.ErrTooLarge, picture.ErrBomb,
		antivirus.ErrInfected, ledger.ErrKeyReused,
	} {
		if errors.Is(err, final) {
			return fmt.Errorf("%w: %w", ErrRefused, final)
		}
	}
	return err
}
