// Package queryapi is the read side: search, detail and changes of the caller's own recipes over
// HTTP. It reads the projections' views, and the database where a view is behind or down.
package queryapi

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

	"larder.dev/events"
	"larder.dev/exporter"
	"larder.dev/internal/cdn"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/limits"
	"larder.dev/internal/redis"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/telemetry"
	"larder.dev/internal/wake"
	"larder.dev/query-api/internal/changes"
	"larder.dev/query-api/internal/detail"
	"larder.dev/query-api/internal/queryhttp"
	"larder.dev/query-api/internal/recipereader"
	"larder.dev/query-api/internal/search"
)

//go:embed openapi.yaml
var openAPI []byte

// DefaultSearchWait is how long a search waits for the index to see the user's last write before
// using the database: a few times the usual delay through the stream.
const DefaultSearchWait = 300 * time.Millisecond

// Deps are the API's stores and its HTTP options.
type Deps struct {
	Redis    *redis.Client
	Sessions *identity.Sessions
	Primary  *pgxpool.Pool
	// Backup answers while Primary is unreachable; may be nil.
	Backup *pgxpool.Pool
	// Index answers searches; if nil, Primary does.
	Index searchindex.Index
	// Stream hints at new changes; if nil, streams only poll.
	Stream *jetstream.Conn

	// Signer signs file addresses; if nil, recipes list their files without addresses.
	Signer cdn.Signer
	// Pictures opens a user's pictures for an export; if nil, exports have none.
	Pictures func(user string) exporter.Pictures

	// Throttle limits each person's requests; nil for no limits.
	Throttle *limits.Throttle
	// Origin is the web origin that CORS admits; "" for none.
	Origin string
	// TrustedProxies lists the addresses (CIDR) whose X-Forwarded-For is trusted.
	TrustedProxies []string
	Tracing        *telemetry.Tracing // nil for none
	// Metrics counts the answers; may be nil.
	Metrics *prometheus.Registry
	// Log defaults to slog.Default().
	Log *slog.Logger

	// SearchWait limits the wait for the index; 0 means DefaultSearchWait.
	SearchWait time.Duration
	// SearchCost limits a search's cost; zero means searchindex.DefaultCost.
	SearchCost searchindex.Cost
	// SessionCheck and Heartbeat are how often an open stream verifies its session and sends a
	// heartbeat; 0 means 2 s and 15 s.
	SessionCheck, Heartbeat time.Duration
}

// API is the read side, ready to serve.
type API struct {
	handler http.Handler
	recipes *recipereader.Recipes
}

// New builds the API. It contacts no store, so it starts while they are down and reports that. It
// fails only if an option is invalid.
func New(deps Deps) (*API, error) {
	deps.Log = cmp.Or(deps.Log, slog.Default())
	recipes := recipereader.New(deps.Primary, deps.Backup)
	engine, err := httpserver.New(httpserver.Options{
		Component:      "query-api",
		Log:            deps.Log,
		Origin:         deps.Origin,
		Metrics:        deps.Metrics,
		TrustedProxies: deps.TrustedProxies,
		Tracing:        deps.Tracing,
	})
	if err != nil {
		return nil, fmt.Errorf("make the HTTP engine of the query API: %w", err)
	}
	spec, err := OpenAPI()
	if err != nil {
		return nil, err
	}
	handlers, err := deps.handlers(recipes)
	if err != nil {
		return nil, err
	}
	if err := handlers.Mount(engine, spec); err != nil {
		return nil, fmt.Errorf("mount the query API: %w", err)
	}
	return &API{handler: engine, recipes: recipes}, nil
}

// Handler serves the reads under /api.
func (a *API) Handler() http.Handler { return a.handler }

// PingDatabase reports whether the primary database, or else the backup, answers.
func (a *API) PingDatabase(ctx context.Context) error { return a.recipes.Ping(ctx) }

// OpenAPI returns the API's description.
func OpenAPI() (*openapi3.T, error) {
	spec, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		return nil, fmt.Errorf("read the query API's openapi.yaml: %w", err)
	}
	if err := spec.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("check the query API's openapi.yaml: %w", err)
	}
	return spec, nil
}

func (d Deps) handlers(recipes *recipereader.Recipes) (*queryhttp.Handlers, error) {
	answers, err := queryhttp.NewAnswers(d.Metrics)
	if err != nil {
		return nil, err
	}
	reader := changes.NewReader(recipes)
	return &queryhttp.Handlers{
		Sessions: d.Sessions,
		Throttle: d.Throttle,
		Search: search.NewFinder(search.Options{
			Index: d.Index, Redis: d.Redis, Recipes: recipes,
			Wait: cmp.Or(d.SearchWait, DefaultSearchWait), Cost: d.SearchCost, Log: d.Log,
		}),
		Detail:  detail.NewReader(d.Redis, recipes, d.Log),
		Recipes: recipes,
		Changes: reader,
		Signer:  d.Signer, Pictures: d.Pictures,
		Feeds:   changes.NewFeeds(reader, wake.NewHub(d.hints()), d.timing(), d.Log),
		Log:     d.Log,
		Answers: answers,
	}, nil
}

func (d Deps) timing() changes.Timing {
	timing := changes.DefaultTiming()
	timing.Session = cmp.Or(d.SessionCheck, timing.Session)
	timing.Beat = cmp.Or(d.Heartbeat, timing.Beat)
	return timing
}

// hints takes every message on a user's recipe subjects as a hint. Messages are published after the
// commit, so the change is in the database by then.
func (d Deps) hints() wake.Subscribe {
	if d.Stream == nil {
		return nil
	}
	return func(user string, hint func()) (func(), error) {
		return d.Stream.Subscribe(events.RecipesOf(user), func(jetstream.Message) { hint() })
	}
}
