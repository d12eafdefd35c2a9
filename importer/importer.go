// Package importer brings recipes in from pages, texts and archives: its API takes what is to be
// imported, and a process manager carries each import through its steps. The readers beside it
// (page, text, archive, material) are pure; this is the part with stores and network.
package importer

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/importer/internal/importhttp"
	"larder.dev/importer/internal/importstore"
	"larder.dev/importer/internal/materials"
	"larder.dev/importer/internal/process"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/ledger"
	"larder.dev/internal/limits"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgres"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/internal/telemetry"
	"larder.dev/internal/webpage"
	"larder.dev/recipe"
)

// The errors of the other components' use cases; see process.Deps.
var (
	ErrRefused = process.ErrRefused
	ErrSame    = process.ErrSame
	ErrChanged = process.ErrChanged
	ErrGone    = process.ErrGone
)

type (
	// Picture is a picture to attach to a recipe.
	Picture = process.Picture
	// Delays are how a step that failed is tried again.
	Delays = process.Delays
)

// Deps are the importer's dependencies. It closes none of them.
type Deps struct {
	// MayWrite is called before each write and before its acknowledgement; an error becomes a 503.
	// Nil always allows.
	MayWrite func() error

	Pool     *pgxpool.Pool // the primary database
	Redis    *redis.Client
	Sessions *identity.Sessions
	Objects  objectstore.Store
	Stream   *jetstream.Conn

	// The other components' use cases; see process.Deps. Room and Duplicates may be nil.
	Write      func(ctx context.Context, user, id string, draft recipe.Draft, beside ledger.Beside) error
	Replace    func(ctx context.Context, user, id string, at func(version int64) bool, draft recipe.Draft, beside ledger.Beside) error
	Restore    func(ctx context.Context, user, id string, at func(version int64) bool, earlier int64, beside ledger.Beside) error
	Picture    func(ctx context.Context, p Picture) (version int64, err error)
	Delete     func(ctx context.Context, user, id string, admits func(version int64) bool) (gone bool, err error)
	Duplicates func(ctx context.Context, user string, drafts []recipe.Draft) ([][]string, error)
	Room       func(ctx context.Context, user string) (int64, error)

	// Allow names hosts that may be fetched from though they aren't in the public internet.
	Allow  []string
	Delays Delays

	Throttle       *limits.Throttle // nil for none
	Origin         string
	TrustedProxies []string
	Metrics        *prometheus.Registry // nil for none
	Tracing        *telemetry.Tracing   // nil for none
	Log            *slog.Logger         // nil for slog.Default()
}

// Importer is the component.
type Importer struct {
	imports   *process.Imports
	materials *materials.Store
	worker    *process.Worker
	notifier  *postgres.Notifier
	handler   http.Handler
	log       *slog.Logger
}

// New builds the importer. It contacts no store, so a program can start while one is down. It fails
// only if an option is invalid.
func New(deps Deps) (*Importer, error) {
	log := cmp.Or(deps.Log, slog.Default())
	if deps.MayWrite == nil {
		deps.MayWrite = func() error { return nil }
	}
	marks := readyourwrites.NewMarks(deps.Redis)
	notifier := postgres.NewNotifier(deps.Pool, ledger.Channel, log)
	store := importstore.New(deps.Pool, notifier.Hint, deps.MayWrite)
	i := &Importer{materials: materials.New(deps.Objects), notifier: notifier, log: log}
	i.imports = process.New(process.Deps{
		Store: store, Materials: i.materials, Fetcher: webpage.Fetcher{Allow: deps.Allow},
		Write: deps.Write, Replace: deps.Replace, Restore: deps.Restore,
		Picture: deps.Picture, Delete: deps.Delete, Duplicates: deps.Duplicates, Room: deps.Room,
		Wrote: func(ctx context.Context, user, recipe string, version int64) {
			notifier.Hint()
			change, err := store.LastChange(ctx, user)
			if err == nil {
				err = marks.Note(ctx, user, change, readyourwrites.After{ID: recipe, Version: version})
			}
			if err != nil { // then only reads of recipes that views already have are fresh
				log.WarnContext(ctx, "note an imported recipe", "error", err)
			}
		},
		Delays: deps.Delays, Log: log,
	})
	i.worker = process.NewWorker(i.imports, deps.Stream, log)
	var err error
	i.handler, err = importhttp.New(importhttp.Deps{
		Imports: i.imports, Materials: i.materials, Names: store.Names, Sessions: deps.Sessions, Throttle: deps.Throttle, Log: log,
	}, httpserver.Options{
		Component: "importer", Log: log, Origin: deps.Origin, TrustedProxies: deps.TrustedProxies,
		Metrics: deps.Metrics, Tracing: deps.Tracing,
	})
	if err != nil {
		return nil, fmt.Errorf("make the HTTP side of the importer: %w", err)
	}
	return i, nil
}

// Handler serves the importer's API.
func (i *Importer) Handler() http.Handler { return i.handler }

// sweepEvery is how often abandoned materials are removed.
const sweepEvery = time.Hour

// Run drives the imports until ctx is done, tells the relay of their events, and sweeps. Whatever it
// is doing then goes on with the next process.
func (i *Importer) Run(ctx context.Context) {
	done := make(chan struct{}, 2)
	go func() { i.worker.Run(ctx); done <- struct{}{} }()
	go func() { i.sweep(ctx); done <- struct{}{} }()
	i.notifier.Run(ctx)
	<-done
	<-done
}

func (i *Importer) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		err := i.materials.Sweep(ctx, time.Now().Add(-i.imports.SweepAfter()))
		if err != nil && ctx.Err() == nil {
			i.log.WarnContext(ctx, "sweep what was imported", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// Erase removes what a deleted user was importing, and returns how many objects that were.
func Erase(ctx context.Context, objects objectstore.Store, user string) (int, error) {
	return materials.New(objects).Erase(ctx, user)
}
