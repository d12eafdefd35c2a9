// Package resumable takes uploads that go on where they broke off, by the tus protocol 1.0 (tus.io): creation,
// also with the first bytes, termination. It is the one adapter of tusd. What has come is in the object store, and the
// lock of an upload in Redis, so that any process goes on with what another began.
package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"golang.org/x/exp/slog" // that of tusd

	"larder.dev/file-service/internal/incoming"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/redis"
)

// Errors of what is asked for.
var (
	ErrNoUpload = errors.New("no such upload")
	ErrTooMany  = errors.New("too many uploads are open")
	// ErrTooMuch says that a person's unfinished uploads would have more bytes than they may.
	ErrTooMuch = errors.New("the unfinished uploads have too many bytes")
	// ErrUnwanted marks an error of Admit or Finish after which the upload can never become a file: its bytes are
	// dropped at once, since they would take room for a day.
	ErrUnwanted = errors.New("nothing takes the upload any more")
)

const (
	// MaxOpen bounds the uploads of one user that aren't complete.
	MaxOpen = 20
	// DefaultMaxBytes bounds the bytes that they have when they are whole.
	DefaultMaxBytes = 512 << 20
	// Expiry is how long an upload may lie still before a sweep removes it.
	Expiry = 24 * time.Hour

	// patience is how long a request waits for the one before it at the same upload: of a phone that is back,
	// the server may not know yet that it was gone.
	patience = 20 * time.Second
)

// The names that a client gives in Upload-Metadata.
const (
	metaRecipe = "recipe"
	metaName   = "filename"
)

// Upload is a file that comes in pieces.
type Upload struct {
	ID     string
	User   string
	Recipe string // as the client gave it, like Name
	Name   string
	Size   int64 // bytes when it is whole
}

// Done is what became of an upload that is whole.
type Done struct {
	File   string `json:"file"`   // its id on the recipe
	After  string `json:"after"`  // the header Larder-After of that write
	Change int64  `json:"change"` // the user's change number
}

// Options are what Uploads work with.
type Options struct {
	Incoming *incoming.Store
	Objects  objectstore.Store
	Locks    *redis.Client

	MaxSize  int64         // of a file, in bytes
	MaxBytes int64         // of the unfinished uploads of one person
	Silence  time.Duration // after which a request that sends nothing is let go of; its upload stays
	// Admit says whether an upload may begin, and before more of it is taken whether it may go on.
	Admit func(ctx context.Context, u Upload) error
	// Finish takes the bytes of a whole upload. It is called until it gave no error once, and once more where
	// the process ended right after that: it must do the same upload once.
	Finish func(ctx context.Context, u Upload, file *incoming.File) (Done, error)
}

// Uploads are those that there are. Safe for concurrent use, also by other processes.
type Uploads struct {
	o      Options
	locker locker
	tus    *handler.UnroutedHandler
}

// New makes uploads. Those that are in the store go on.
func New(o Options) (*Uploads, error) {
	u := &Uploads{o: o, locker: locker{redis: o.Locks}}
	// Neither concatenation nor a length that is told later: both would get round the limits at the beginning.
	composer := handler.NewStoreComposer()
	composer.UseCore(store{u})
	composer.UseTerminater(store{u})
	composer.UseLocker(u.locker)
	var err error
	u.tus, err = handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, MaxSize: o.MaxSize, BasePath: "/", DisableDownload: true,
		Cors: &handler.CorsConfig{Disable: true}, NetworkTimeout: o.Silence, AcquireLockTimeout: patience,
		PreUploadCreateCallback:   u.admit,
		PreFinishResponseCallback: u.finish,
		Logger:                    slog.New(slog.NewTextHandler(io.Discard, nil)), // each request is in our own log
	})
	if err != nil {
		return nil, fmt.Errorf("put tusd together: %w", err)
	}
	return u, nil
}

func (u *Uploads) admit(hook handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	call := callOf(hook.Context)
	upload := Upload{
		ID: ledger.NewID(), User: call.user, Size: hook.Upload.Size,
		Recipe: hook.Upload.MetaData[metaRecipe], Name: hook.Upload.MetaData[metaName],
	}
	if err := u.o.Admit(hook.Context, upload); err != nil {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, call.refuse(err)
	}
	meta := handler.MetaData{metaRecipe: upload.Recipe, metaName: upload.Name} // and nothing else that was sent
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: upload.key(), MetaData: meta}, nil
}

// key is by what tusd and the lock know an upload. The owner is part of it.
func (upload Upload) key() string { return upload.User + "/" + upload.ID }

func (upload Upload) place() string { return incoming.Resumable + upload.key() }

func uploadOf(info handler.FileInfo) Upload {
	user, id, _ := strings.Cut(info.ID, "/")
	return Upload{ID: id, User: user, Size: info.Size, Recipe: info.MetaData[metaRecipe], Name: info.MetaData[metaName]}
}
