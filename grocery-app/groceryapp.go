// Package groceryapp is the grocery app: a separate program that keeps shopping lists. All it knows
// of Larder is the public feed (events) and who is logged in, and it has its own database. Other
// subscribers can be written the same way; see docs/subscribers for a minimal one.
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
	"larder.dev/internal/wake"
)

//go:embed openapi.yaml
var openAPI []byte

// InboxPrefix is the prefix of reply subjects for the app's credentials: NATS's default, because
// they may not listen on those of Larder's components.
const InboxPrefix = "_INBOX"

// Deps are the app's dependencies. It closes none of them.
type Deps struct {
	Pool        *pgxpool.Pool // the app's own database
	PostgresURL string        // its address, for the listening connection
	Feed        *jetstream.Conn
	Sessions    *identity.Sessions // shared with Larder, so that one login serves both

	// Throttle limits each person's requests, MaxItems their list; nil and zero mean no limit.
	Throttle *limits.Throttle
	MaxItems int64
	// Origin is the web origin that CORS admits, "" for none. TrustedProxies lists the addresses
	// (CIDR) whose X-Forwarded-For is trusted.
	Origin         string
	TrustedProxies []string
	Metrics        *prometheus.Registry // nil for none
	Tracing        *telemetry.Tracing   // nil for none
	Log            *slog.Logger         // nil for slog.Default()

	// SessionCheck and Heartbeat are how often an open stream verifies its session and sends a
	// heartbeat; 0 means 2 s and 15 s.
	SessionCheck, Heartbeat time.Duration
}

// App is the grocery app, ready to serve.
type App struct {
	deps     Deps
	store    *liststore.Store
	notifier *postgres.Notifier
	hub      *wake.Hub
	handler  http.Handler
}

// New builds the app. It contacts no store, so the app starts while they are down. It fails only if
// an option is invalid.
func New(deps Deps) (*App, error) {
	deps.Log = cmp.Or(deps.Log, slog.Default())
	notifier := postgres.NewNotifier(deps.Pool, liststore.Channel, deps.Log)
	app := &App{
		deps: deps, notifier: notifier, hub: wake.NewHub(nil),
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

// OpenAPI returns the API's description.
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

// Run applies the feed and wakes devices that follow a list, until ctx is done. It first migrates
// the app's database. It only returns errors that need a person, such as a feed or database newer
// than this program.
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

// migratePause is the pause between attempts to reach the database.
const migratePause = time.Second

// migrate retries until the database is reachable. It returns errors that need a person, but not
// being stopped.
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

// sweepEvery is how often changes that can no longer be undone are deleted.
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

// Migrate migrates the app's database at url to this program's schema. If the database is newer
// than the program, it changes nothing and returns internal/postgres.ErrNewerSchema.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	return postgres.Migrate(ctx, url, liststore.Migrations(), log)
}

// CheckSchema reports whether the database at url has this program's schema, without changing
// anything.
func CheckSchema(ctx context.Context, url string) error {
	return postgres.CheckSchema(ctx, url, liststore.Migrations())
}
