// Package queryapi is the read side: search, detail and changes of one's own recipes over HTTP. It reads the
// views that the projections keep, and the database where a view is behind or away.
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
	"larder.dev/internal/cdn"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/limits"
	"larder.dev/internal/redis"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/telemetry"
	"larder.dev/query-api/internal/changes"
	"larder.dev/query-api/internal/detail"
	"larder.dev/query-api/internal/queryhttp"
	"larder.dev/query-api/internal/recipereader"
	"larder.dev/query-api/internal/search"
)

//go:embed openapi.yaml
var openAPI []byte

// DefaultSearchWait is how long a search waits for the index to see the user's last write, before it asks the
// database: a few times what the way through the stream takes on a good day.
const DefaultSearchWait = 300 * time.Millisecond

// Deps are the stores that the API reads and the shell that it is served in.
type Deps struct {
	Redis    *redis.Client
	Sessions *identity.Sessions
	Primary  *pgxpool.Pool
	// Backup answers while Primary can't be asked; nil for none.
	Backup *pgxpool.Pool
	// Index answers searches; nil where there is none in this process, and Primary answers them.
	Index searchindex.Index
	// Stream hints at new changes; nil for none, and streams look now and then by themselves.
	Stream *jetstream.Conn

	// Signer makes the addresses of files; nil for none, and a recipe has its files without them.
	Signer cdn.Signer

	// Throttle bounds what one person asks for; nil for no bounds.
	Throttle *limits.Throttle
	// Origin is the web origin that CORS admits; "" for none.
	Origin string
	// TrustedProxies are the addresses (CIDR) whose X-Forwarded-For is believed.
	TrustedProxies []string
	Tracing        *telemetry.Tracing // nil for none
	// Metrics is where answers are counted; nil for nowhere.
	Metrics *prometheus.Registry
	// Log is slog.Default() where it is nil.
	Log *slog.Logger

	// SearchWait bounds the wait for the index; DefaultSearchWait where it is 0.
	SearchWait time.Duration
	// SearchCost bounds what a search may cost; searchindex.DefaultCost where it is zero.
	SearchCost searchindex.Cost
	// SessionCheck and Heartbeat are how often an open stream verifies its session and shows that it is alive;
	// 2 s and 15 s where they are 0.
	SessionCheck, Heartbeat time.Duration
}

// API is the read side, ready to serve.
type API struct {
	handler http.Handler
	recipes *recipereader.Recipes
}

// New puts the API together. It asks no store anything: the API starts while they are away, and says so. An
// error means that an option is wrong.
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

// PingDatabase tells whether the primary database answers, or the backup in its place.
func (a *API) PingDatabase(ctx context.Context) error { return a.recipes.Ping(ctx) }

// OpenAPI gives the description of the API.
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
		Signer:  d.Signer,
		Feeds:   changes.NewFeeds(reader, changes.NewHub(d.hints()), d.timing(), d.Log),
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

// hints takes every message on a user's recipe subjects for a hint. They are sent after the commit, so what
// they tell of is in the database.
func (d Deps) hints() changes.Subscribe {
	if d.Stream == nil {
		return nil
	}
	return func(user string, hint func()) (func(), error) {
		return d.Stream.Subscribe(events.RecipesOf(user), func(jetstream.Message) { hint() })
	}
}
