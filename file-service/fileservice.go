// Package fileservice stores the files of recipes: it accepts uploads, keeps them in the object
// store, which nothing else changes, and serves them at signed addresses.
package fileservice

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/file-service/internal/antivirus"
	"larder.dev/file-service/internal/attachment"
	"larder.dev/file-service/internal/filehttp"
	"larder.dev/file-service/internal/files"
	"larder.dev/file-service/internal/filestore"
	"larder.dev/file-service/internal/incoming"
	"larder.dev/file-service/internal/owner"
	"larder.dev/file-service/internal/picture"
	"larder.dev/file-service/internal/resumable"
	"larder.dev/internal/cdn"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/limits"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgres"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/internal/telemetry"
	"larder.dev/internal/topology"
)

// Deps are the file service's dependencies. It closes none of them.
type Deps struct {
	// MayWrite is called before each write and before its acknowledgement; an error becomes a 503.
	// Nil always allows.
	MayWrite func() error

	Pool     *pgxpool.Pool // the primary database
	Standby  *pgxpool.Pool // the one that may become primary; nil for none
	Redis    *redis.Client
	Sessions *identity.Sessions
	Objects  objectstore.Store

	Signer cdn.Signer // signs the addresses in answers
	Verify *cdn.Plain // verifies requested addresses

	MaxSize int64 // of a file, in bytes; 0 means attachment.DefaultMaxSize
	// MaxUnfinished limits the total bytes of a person's unfinished uploads. It is at least the
	// size of the largest file; 0 means resumable.DefaultMaxBytes.
	MaxUnfinished int64
	Clamd         string // the socket of a virus scanner; "" for none
	// Drawer is the command, with arguments, that runs DrawPicture for each picture.
	Drawer []string
	// PictureMemory limits that process's memory, in bytes; 0 means picture.DefaultMemory.
	PictureMemory int64
	// Silence is how long a caller may send or take nothing: long enough for a phone in a lift,
	// short enough to shake off strangers who hold connections open. 0 means 30 s.
	Silence time.Duration

	// Throttle limits each person's requests, MaxFiles and MaxFileBytes what they keep; nil and
	// zero mean no limit.
	Throttle               *limits.Throttle
	MaxFiles, MaxFileBytes int64
	// Origin is the only web origin that CORS admits, "" for none. TrustedProxies lists the
	// addresses (CIDR) whose X-Forwarded-For is trusted.
	Origin         string
	TrustedProxies []string
	Metrics        *prometheus.Registry // nil for none
	Tracing        *telemetry.Tracing   // nil for none
	Log            *slog.Logger         // nil for slog.Default()
}

const defaultSilence = 30 * time.Second

// Service is the file service.
type Service struct {
	files    *files.Files
	notifier *postgres.Notifier
	handler  http.Handler
	uploads  *resumable.Uploads
	incoming *incoming.Store
	swept    *prometheus.CounterVec
	log      *slog.Logger
}

// New builds the file service. It contacts no store, so a program can start while one is down. It
// fails only if an option is invalid.
func New(deps Deps) (*Service, error) {
	log := cmp.Or(deps.Log, slog.Default())
	if deps.MayWrite == nil {
		deps.MayWrite = always
	}
	maxSize := cmp.Or(deps.MaxSize, int64(attachment.DefaultMaxSize))
	silence := cmp.Or(deps.Silence, defaultSilence)
	if maxSize > incoming.MaxSize {
		return nil, fmt.Errorf("a file may have %d bytes at most: the object store copies no larger one", int64(incoming.MaxSize))
	}
	maxUnfinished := max(cmp.Or(deps.MaxUnfinished, resumable.DefaultMaxBytes), maxSize)
	uploads := incoming.New(deps.Objects)
	notifier := postgres.NewNotifier(deps.Pool, ledger.Channel, log)
	service := &Service{notifier: notifier, incoming: uploads, log: log, swept: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "larder_files_swept_total",
		Help: "Objects that a sweep looked at, those that it removed because nothing names them, and uploads that were never completed.",
	}, []string{"what"})}
	database := filestore.New(deps.Pool, notifier.Hint, deps.MayWrite)
	database.Bound(deps.MaxFiles, deps.MaxFileBytes)
	service.files = files.New(files.Options{
		Database: database,
		Standby:  filestore.NewStandby(deps.Pool, deps.Standby), Objects: deps.Objects, Incoming: uploads,
		Scanner: antivirus.NewClamd(deps.Clamd), Pictures: picture.NewDrawer(deps.Drawer, deps.PictureMemory), MaxSize: maxSize, Log: log,
		Render: filehttp.Render,
	})
	var err error
	service.uploads, err = resumable.New(filehttp.Resumable(service.files, resumable.Options{
		Incoming: uploads, Objects: deps.Objects, Locks: deps.Redis,
		MaxSize: maxSize, MaxBytes: maxUnfinished, Silence: silence,
	}))
	if err != nil {
		return nil, err
	}
	if deps.Metrics != nil {
		if err := deps.Metrics.Register(service.swept); err != nil {
			return nil, fmt.Errorf("register the metrics of the file service: %w", err)
		}
	}
	sources := []owner.Source{filestore.Owners(deps.Pool)}
	if deps.Standby != nil {
		sources = append(sources, filestore.Owners(deps.Standby))
	}
	service.handler, err = filehttp.New(filehttp.Deps{
		Files: service.files, Objects: deps.Objects, Sessions: deps.Sessions, Marks: readyourwrites.NewMarks(deps.Redis),
		Signer: deps.Signer, Origin: deps.Verify, MaxSize: maxSize, MaxUnfinished: maxUnfinished,
		Owners: owner.New(sources...), Uploads: service.uploads, Silence: silence, Throttle: deps.Throttle, Log: log,
	}, httpserver.Options{
		Component: "file-service", Log: log, Origin: deps.Origin, TrustedProxies: deps.TrustedProxies,
		Metrics: deps.Metrics, Tracing: deps.Tracing,
	})
	if err != nil {
		return nil, err
	}
	return service, nil
}

func always() error { return nil }

// Handler serves the file service's API, and the files under cdn.Prefix.
func (s *Service) Handler() http.Handler { return s.handler }

// sweepEvery is how often unreferenced objects are removed.
const sweepEvery = time.Hour

// Run does the background work until ctx is done: it notifies the relay, sweeps, and
// draws sizes of pictures. Without it the
// service is correct but slower, and the store grows.
func (s *Service) Run(ctx context.Context) {
	var others sync.WaitGroup
	others.Go(func() { s.sweep(ctx) })
	others.Go(func() { s.DrawLater(ctx) })
	s.notifier.Run(ctx)
	others.Wait()
}

// DrawLater draws the sizes of attached pictures until ctx is done. It is for a component that only
// attaches; Run does it too. What isn't drawn is drawn when it is first asked for.
func (s *Service) DrawLater(ctx context.Context) { s.files.DrawLater(ctx) }

// Flush sends the pending notification of an answered request. It is for a process that is frozen
// between requests and therefore can't use Run.
func (s *Service) Flush(ctx context.Context) { s.notifier.Flush(ctx) }

// Upkeep removes unreferenced objects and expired uploads, for the same kind of process as Flush.
func (s *Service) Upkeep(ctx context.Context) error {
	_, uploads := s.SweepUploads(ctx, time.Now().Add(-resumable.Expiry))
	_, err := s.SweepFiles(ctx, time.Now().Add(-files.SweepGrace))
	return errors.Join(uploads, err)
}

func (s *Service) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if _, err := s.SweepUploads(ctx, time.Now().Add(-resumable.Expiry)); err != nil {
			s.log.WarnContext(ctx, "sweep the uploads", "error", err)
		}
		_, err := s.SweepFiles(ctx, time.Now().Add(-files.SweepGrace))
		switch {
		case errors.Is(err, topology.ErrDisagree):
			s.log.InfoContext(ctx, "no object is swept until the databases agree", "reason", err)
		case err != nil && ctx.Err() == nil:
			s.log.WarnContext(ctx, "sweep the object store", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// SweepFiles removes unreferenced objects from before a time and returns how many. While either
// database may know something the other doesn't, it removes none and returns topology.ErrDisagree.
func (s *Service) SweepFiles(ctx context.Context, before time.Time) (int, error) {
	swept, err := s.files.Sweep(ctx, before)
	s.swept.WithLabelValues("looked").Add(float64(swept.Looked))
	s.swept.WithLabelValues("removed").Add(float64(swept.Removed))
	if swept.Removed > 0 {
		s.log.InfoContext(ctx, "removed objects that nothing names", "looked", swept.Looked, "removed", swept.Removed)
	}
	return swept.Removed, err
}

// SweepUploads removes uploads that received nothing since before, and those whose recipe is gone.
// It returns how many of them were incomplete.
func (s *Service) SweepUploads(ctx context.Context, before time.Time) (int, error) {
	expired, err := s.uploads.Sweep(ctx, before)
	left, ofForms := s.incoming.SweepForms(ctx, before)
	expired, err = expired+left, errors.Join(err, ofForms)
	s.swept.WithLabelValues("expired_uploads").Add(float64(expired))
	if expired > 0 {
		s.log.InfoContext(ctx, "removed uploads that were never completed", "expired", expired)
	}
	return expired, err
}

// Erase removes every object of a deleted user and returns how many. If the user exists, whatever
// recipes refer to stays.
func Erase(ctx context.Context, pool *pgxpool.Pool, objects objectstore.Store, user string) (int, error) {
	database := filestore.New(pool, func() {}, always)
	all := files.New(files.Options{Database: database, Objects: objects, Log: slog.Default()})
	count, err := all.Erase(ctx, user)
	if err != nil {
		return count, err
	}
	there, err := database.HasUser(ctx, user)
	if err != nil || there {
		return count, err
	}
	return count, incoming.New(objects).Erase(ctx, user)
}

// DrawCommand is the argument that makes a program run DrawPicture.
const DrawCommand = "draw-picture"

// DrawPicture reads a picture and writes the sizes that args name. It limits the memory and CPU time
// of the whole process according to args, and returns the exit code. The file service runs it in a
// separate process.
func DrawPicture(args []string, in io.Reader, out, complaints io.Writer) int {
	return picture.Run(args, in, out, complaints)
}
