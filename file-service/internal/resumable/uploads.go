// Package resumable takes uploads that go on where they broke off, by the tus protocol 1.0 (tus.io): creation,
// also with the first bytes, termination. It is the one adapter of tusd. What has come is in a folder of the local
// disk, in constant memory, and survives the process.
package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/tus/tusd/v2/pkg/filelocker"
	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"golang.org/x/exp/slog" // that of tusd

	"larder.dev/internal/ledger"
)

// Errors of what is asked for.
var (
	ErrNoUpload = errors.New("no such upload")
	ErrTooMany  = errors.New("too many uploads are open")
	// ErrUnwanted marks an error of Admit or Finish after which the upload can never become a file: its bytes are
	// dropped at once, since they would take room for a day.
	ErrUnwanted = errors.New("nothing takes the upload any more")
)

const (
	// MaxOpen bounds the uploads of one user that aren't complete, and so the room that they take on the disk.
	MaxOpen = 20
	// Expiry is how long an upload may lie still before a sweep removes it.
	Expiry = 24 * time.Hour

	// patience is how long a request waits for the one before it at the same upload: of a phone that is back,
	// the server may not know yet that it was gone.
	patience     = 20 * time.Second
	lockInterval = 100 * time.Millisecond
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
	Dir     string
	MaxSize int64         // of a file, in bytes
	Silence time.Duration // after which a request that sends nothing is let go of; its upload stays
	// Admit says whether an upload may begin, and before more of it is taken whether it may go on.
	Admit func(ctx context.Context, u Upload) error
	// Finish takes the bytes of a whole upload. It is called until it gave no error once, and once more where
	// the process ended right after that: it must do the same upload once.
	Finish func(ctx context.Context, u Upload, bytes *os.File) (Done, error)
}

// Uploads are those that there are. Safe for concurrent use, also by other processes of this machine.
type Uploads struct {
	o      Options
	store  filestore.FileStore
	locker filelocker.FileLocker
	tus    *handler.UnroutedHandler
}

// Open takes a folder for uploads, and makes it if it isn't there. Uploads that are in it go on.
func Open(o Options) (*Uploads, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of resumable uploads: %w", err)
	}
	u := &Uploads{o: o, store: filestore.New(o.Dir), locker: filelocker.New(o.Dir)}
	u.store.DirModePerm, u.store.FileModePerm = 0o700, 0o600
	u.locker.HolderPollInterval, u.locker.AcquirerPollInterval = lockInterval, lockInterval
	// Neither concatenation nor a length that is told later: both would get round the limits at the beginning.
	composer := handler.NewStoreComposer()
	composer.UseCore(u.store)
	composer.UseTerminater(u.store)
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
	refuse := func(err error) (handler.HTTPResponse, handler.FileInfoChanges, error) {
		call.err = err
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, handler.NewError("", err.Error(), http.StatusUnprocessableEntity)
	}
	open, err := u.open(call.user)
	if err != nil {
		return refuse(err)
	}
	if open >= MaxOpen {
		return refuse(ErrTooMany)
	}
	if err := u.o.Admit(hook.Context, upload); err != nil {
		return refuse(err)
	}
	call.upload = upload.ID
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: call.user + "/" + upload.ID}, nil
}

// open counts a user's uploads that aren't done.
func (u *Uploads) open(user string) (int, error) {
	all, err := filepath.Glob(filepath.Join(u.o.Dir, user, "*"+infoSuffix))
	if err != nil {
		return 0, fmt.Errorf("count the uploads of user %s: %w", user, err)
	}
	open := 0
	for _, path := range all {
		if _, err := os.Stat(strings.TrimSuffix(path, infoSuffix) + doneSuffix); errors.Is(err, os.ErrNotExist) {
			open++
		}
	}
	return open, nil
}

// find gives an upload of a user's, and whether all its bytes are here.
func (u *Uploads) find(ctx context.Context, user, id string) (upload Upload, whole bool, err error) {
	for _, part := range []string{user, id} {
		if _, err := uuid.Parse(part); err != nil {
			return Upload{}, false, ErrNoUpload
		}
	}
	kept, err := u.store.GetUpload(ctx, user+"/"+id)
	if errors.Is(err, handler.ErrNotFound) {
		return Upload{}, false, ErrNoUpload
	}
	if err != nil {
		return Upload{}, false, fmt.Errorf("look for upload %s: %w", id, err)
	}
	info, err := kept.GetInfo(ctx)
	if err != nil {
		return Upload{}, false, fmt.Errorf("look at upload %s: %w", id, err)
	}
	return uploadOf(info), info.Offset == info.Size, nil
}

func uploadOf(info handler.FileInfo) Upload {
	user, id, _ := strings.Cut(info.ID, "/")
	return Upload{ID: id, User: user, Size: info.Size, Recipe: info.MetaData[metaRecipe], Name: info.MetaData[metaName]}
}
