// Package groceryapp is the grocery app: a program of its own that keeps shopping lists. It knows nothing of
// Larder but the public feed (events) and who is logged in, and has a database of its own. Another
// subscriber can be written as this one is; docs/subscribers has the least that it takes.
package groceryapp

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"larder.dev/grocery-app/internal/feed"
	"larder.dev/grocery-app/internal/listhttp"
	"larder.dev/grocery-app/internal/liststore"
	"larder.dev/grocery-app/internal/page"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/limits"
	"larder.dev/internal/postgres"
	"larder.dev/internal/telemetry"
)

//go:embed openapi.yaml
var openAPI []byte

// InboxPrefix starts the subjects on which the app's credentials get their answers: NATS's default, since
// they may not listen where Larder's own parts do.
const InboxPrefix = "_INBOX"

// Deps is what the app works with. Nothing in it is closed here.
type Deps struct {
	Pool        *pgxpool.Pool // the app's own database
	PostgresURL string        // its address, for the connection that listens
	Feed        *jetstream.Conn
	Sessions    *identity.Sessions // the same as Larder's, so that one login serves both

	// Throttle bounds what one person asks for, MaxItems what their list has; nil and zero for no bounds.
	Throttle *limits.Throttle
	MaxItems int64
	// Origin is the web origin that CORS admits, "" for none; TrustedProxies are the addresses (CIDR) whose
	// X-Forwarded-For is believed.
	Origin         string
	TrustedProxies []string
	Metrics        *prometheus.Registry // nil for none
	Tracing        *telemetry.Tracing   // nil for none
	Log            *slog.Logger         // nil for slog.Default()

	// SessionCheck and Heartbeat are how often an open stream verifies its session and shows that it is
	// alive; 2 s and 15 s where they are 0.
	SessionCheck, Heartbeat time.Duration
}

// App is the grocery app, ready to serve.
type App struct {
	deps     Deps
	store    *liststore.Store
	notifier *postgres.Notifier
	hub      *listhttp.Hub
	handler  http.Handler
}

// New puts the app together. It asks no store anything: the app starts while they are away. An error means
// that an option is wrong.
func New(deps Deps) (*App, error) {
	deps.Log = cmp.Or(deps.Log, slog.Default())
	notifier := postgres.NewNotifier(deps.Pool, liststore.Channel, deps.Log)
	app := &App{
		deps: deps, notifier: notifier, hub: listhttp.NewHub(),
		store: liststore.NewStore(deps.Pool, notifier.HintOf),
	}
	app.store.Bound(deps.MaxItems)
	engine, err := httpserver.New(httpserver.Options{
		Component: "grocery-app", Log: deps.Log, Origin: deps.Origin, TrustedProxies: deps.TrustedProxies,
		Metrics: deps.Metrics, Tracing: deps.Tracing,
	})
	if err != nil {
		return nil, fmt.Errorf("make the HTTP engine of the grocery app: %w", err)
	}
	spec, err := OpenAPI()
	if err != nil {
		return nil, err
	}
	if err := app.handlers().Mount(engine, spec); err != nil {
		return nil, fmt.Errorf("mount the grocery app's API: %w", err)
	}
	app.handler = page.Over(engine)
	return app, nil
}

func (a *App) handlers() *listhttp.Handlers {
	timing := listhttp.DefaultTiming()
	timing.Session = cmp.Or(a.deps.SessionCheck, timing.Session)
	timing.Beat = cmp.Or(a.deps.Heartbeat, timing.Beat)
	return &listhttp.Handlers{
		Sessions: a.deps.Sessions, Lists: a.store, Hub: a.hub, Reads: listhttp.NewReads(), Timing: timing, Log: a.deps.Log,
		Throttle: a.deps.Throttle,
	}
}

// Handler serves the page and the API under /grocery/.
func (a *App) Handler() http.Handler { return a.handler }

// OpenAPI gives the description of the API.
func OpenAPI() (*openapi3.T, error) {
	spec, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		return nil, fmt.Errorf("read the grocery app's openapi.yaml: %w", err)
	}
	if err := spec.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("check the grocery app's openapi.yaml: %w", err)
	}
	return spec, nil
}

// Run applies the feed, and wakes the phones that follow a list, until ctx is done. It first brings the
// app's database to this version's schema. The error is one that needs a person, as a feed or a database
// that is newer than this program.
func (a *App) Run(ctx context.Context) error {
	if err := a.migrate(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	subscriber := &feed.Subscriber{
		Conn: a.deps.Feed, Lists: a.store, Log: a.deps.Log, Throttle: a.deps.Throttle, Tracing: a.deps.Tracing,
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { subscriber.Run(ctx); return nil })
	group.Go(func() error { a.notifier.Run(ctx); return nil })
	group.Go(func() error {
		postgres.ListenToKeys(ctx, a.deps.PostgresURL, liststore.Channel, a.deps.Log, a.hub.Wake)
		return nil
	})
	group.Go(func() error { a.sweep(ctx); return nil })
	return group.Wait()
}

// migratePause is how long passes between two attempts to reach the database.
const migratePause = time.Second

// migrate tries until the database is there. What a person has to deal with is an error; being stopped is none.
func (a *App) migrate(ctx context.Context) error {
	ticker := time.NewTicker(migratePause)
	defer ticker.Stop()
	for {
		err := Migrate(ctx, a.deps.PostgresURL, a.deps.Log)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if !postgres.Unavailable(err) {
			return err
		}
		a.deps.Log.WarnContext(ctx, "the grocery app waits for its database", "error", err)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// sweepEvery is how often what can't be undone any more is forgotten.
const sweepEvery = 6 * time.Hour

func (a *App) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if _, err := a.store.Sweep(ctx); err != nil && ctx.Err() == nil {
			a.deps.Log.WarnContext(ctx, "sweep the lists", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Migrate brings the app's database at url to this program's schema. One that is newer than the program
// knows gives internal/postgres.ErrNewerSchema, and nothing in it is touched.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	return postgres.Migrate(ctx, url, liststore.Migrations(), log)
}

// CheckSchema tells whether the database at url has this program's schema, and changes nothing.
func CheckSchema(ctx context.Context, url string) error {
	return postgres.CheckSchema(ctx, url, liststore.Migrations())
}
