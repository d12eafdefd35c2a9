// Package fileservice is the component that keeps the files of recipes: it takes uploads, keeps them in the
// object store, which it alone speaks with, and delivers them at signed addresses.
package fileservice

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
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

// Deps is what the file service works with. Nothing in it is closed here.
type Deps struct {
	// MayWrite is asked before each write, and before its acknowledgement: an error of it is 503. Nil for always.
	MayWrite func() error

	Pool     *pgxpool.Pool // the database of record
	Standby  *pgxpool.Pool // the one that may become it; nil for none
	Redis    *redis.Client
	Sessions *identity.Sessions
	Objects  objectstore.Store

	Signer cdn.Signer // of the addresses in answers
	Verify *cdn.Plain // of the addresses that come in

	MaxSize int64 // of a file, in bytes; attachment.DefaultMaxSize where it is 0
	// MaxUnfinished is how many bytes the unfinished uploads of a person may have together, the size of the largest file
	// at least; resumable.DefaultMaxBytes where it is 0.
	MaxUnfinished int64
	Clamd         string // the socket of a virus scanner, "" for none
	// Drawer is the program, with its arguments, that runs DrawPicture for each picture.
	Drawer []string
	// PictureMemory is what that process may take, in bytes; picture.DefaultMemory where it is 0.
	PictureMemory int64
	// Silence is how long a caller may send or take nothing: a phone in a lift comes back, a stranger who opens
	// connections and says nothing doesn't hold them. 30 s where it is 0.
	Silence time.Duration

	// Throttle bounds what one person asks for, MaxFiles and MaxFileBytes what they keep; nil and zero for no bounds.
	Throttle               *limits.Throttle
	MaxFiles, MaxFileBytes int64
	// Origin is the one web origin that CORS admits, "" for none; TrustedProxies are the addresses (CIDR)
	// whose X-Forwarded-For is believed.
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

// New puts the file service together. It asks no store, so that a program starts while one is away. The error
// means that an option is wrong.
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

// sweepEvery is how often objects that nothing names are removed.
const sweepEvery = time.Hour

// Run does what the service does beside its requests, until ctx is done: it sends the hints that a relay
// listens to, and sweeps. Without it all is right, and slower, and the store grows.
func (s *Service) Run(ctx context.Context) {
	sweeping := make(chan struct{})
	go func() {
		defer close(sweeping)
		s.sweep(ctx)
	}()
	s.notifier.Run(ctx)
	<-sweeping
}

// Flush sends the hint of a request that has been answered; Upkeep removes objects that nothing names. They are for a
// process that is stopped between two requests, and so doesn't Run.
func (s *Service) Flush(ctx context.Context) { s.notifier.Flush(ctx) }

// Upkeep is for the same process as Flush.
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

// SweepFiles removes the objects from before a time that nothing names, and gives how many those were. While one of the
// two databases may have what the other doesn't know it removes none, and the error is topology.ErrDisagree.
func (s *Service) SweepFiles(ctx context.Context, before time.Time) (int, error) {
	swept, err := s.files.Sweep(ctx, before)
	s.swept.WithLabelValues("looked").Add(float64(swept.Looked))
	s.swept.WithLabelValues("removed").Add(float64(swept.Removed))
	if swept.Removed > 0 {
		s.log.InfoContext(ctx, "removed objects that nothing names", "looked", swept.Looked, "removed", swept.Removed)
	}
	return swept.Removed, err
}

// SweepUploads removes the uploads in which nothing came since before, and those whose recipe is gone, and gives how
// many of them were never completed.
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

// Erase removes every object of a user who was deleted, and gives how many. A user who is there keeps what the
// recipes name.
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

// DrawCommand is the word by which a program runs DrawPicture.
const DrawCommand = "draw-picture"

// DrawPicture reads a picture and writes the sizes that there are of one, within bounds of memory and processor time
// that args say and that it sets for the whole process. It gives the code to exit with. The file service runs it as a
// process of its own.
func DrawPicture(args []string, in io.Reader, out, complaints io.Writer) int {
	var program picture.Program
	for _, variant := range cdn.Variants() {
		program.Sizes = append(program.Sizes, picture.Size{Edge: variant.Edge, MediaType: variant.MediaType})
	}
	return program.Run(args, in, out, complaints)
}
