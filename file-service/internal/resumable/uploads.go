// Package resumable receives resumable uploads by the tus protocol 1.0 (tus.io): creation, with or
// without first bytes, and termination. It is the only adapter of tusd. The bytes are in the object
// store and an upload's lock is in Redis, so that any process can continue what another began.
package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"golang.org/x/exp/slog" // tusd's

	"larder.dev/file-service/internal/incoming"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/redis"
)

// Errors of a request.
var (
	ErrNoUpload = errors.New("no such upload")
	ErrTooMany  = errors.New("too many uploads are open")
	// ErrTooMuch means a person's unfinished uploads would exceed their byte limit.
	ErrTooMuch = errors.New("the unfinished uploads have too many bytes")
	// ErrUnwanted marks an error of Admit or Finish after which the upload can never become a file:
	// its bytes are dropped at once instead of taking up room for a day.
	ErrUnwanted = errors.New("nothing takes the upload any more")
)

const (
	// MaxOpen limits a user's incomplete uploads.
	MaxOpen = 20
	// DefaultMaxBytes limits their total final size.
	DefaultMaxBytes = 512 << 20
	// Expiry is how long an upload may be idle before a sweep removes it.
	Expiry = 24 * time.Hour

	// patience is how long a request waits for an earlier one to the same upload: when a phone
	// reconnects, the server may not have noticed yet that it was gone.
	patience = 20 * time.Second
)

// The keys that a client sends in Upload-Metadata.
const (
	metaRecipe = "recipe"
	metaName   = "filename"
)

// Upload is a resumable upload.
type Upload struct {
	ID     string
	User   string
	Recipe string // as given by the client, like Name
	Name   string
	Size   int64 // final size in bytes
}

// Done is the outcome of a complete upload.
type Done struct {
	File   string `json:"file"`   // its id on the recipe
	After  string `json:"after"`  // the Larder-After header of that write
	Change int64  `json:"change"` // the user's change number
}

// Options configure Uploads.
type Options struct {
	Incoming *incoming.Store
	Objects  objectstore.Store
	Locks    *redis.Client

	MaxSize  int64         // of a file, in bytes
	MaxBytes int64         // of one person's unfinished uploads
	Silence  time.Duration // how long a request may send nothing before it is dropped; its upload stays
	// Admit decides whether an upload may begin and, before each request, whether it may continue.
	Admit func(ctx context.Context, u Upload) error
	// Finish receives a complete upload's bytes. It is called until it succeeds once, and again if
	// the process died right after that: it must be idempotent per upload.
	Finish func(ctx context.Context, u Upload, file *incoming.File) (Done, error)
}

// Uploads manages the resumable uploads. It is safe for concurrent use, across processes too.
type Uploads struct {
	o      Options
	locker locker
	tus    *handler.UnroutedHandler
}

// New returns Uploads. It resumes those in the store.
func New(o Options) (*Uploads, error) {
	u := &Uploads{o: o, locker: locker{redis: o.Locks}}
	// Support neither concatenation nor deferred length: both would bypass the limits at creation.
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
		Logger:                    slog.New(slog.NewTextHandler(io.Discard, nil)), // our own log has each request
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

// key identifies an upload for tusd and the lock. It includes the owner.
func (upload Upload) key() string { return upload.User + "/" + upload.ID }

func (upload Upload) place() string { return incoming.Resumable + upload.key() }

func uploadOf(info handler.FileInfo) Upload {
	user, id, _ := strings.Cut(info.ID, "/")
	return Upload{ID: id, User: user, Size: info.Size, Recipe: info.MetaData[metaRecipe], Name: info.MetaData[metaName]}
}
