// Package postgres holds what every user of a Postgres database needs: a pool with deadlines,
// migrations, error classes, hints after commits, and leadership by advisory lock. It knows no
// tables.
package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/fulldisk"
	"larder.dev/internal/telemetry"
)

// Options configure a pool. All defaults are good choices except Application's.
type Options struct {
	// Application names the program in pg_stat_activity.
	Application string
	// MaxConns bounds the connections unless the address does (pool_max_conns); 0 means 16. A
	// server's own default limit is 100.
	MaxConns int32
	// MaxConnIdle is how long an idle connection stays open; 0 means 5 min.
	MaxConnIdle time.Duration
	// ConnectTimeout bounds a connection attempt; 0 means 2 s.
	ConnectTimeout time.Duration
	// StatementTimeout is the server's limit per statement; 0 means 30 s. It is a safety net:
	// callers' context deadlines are shorter.
	StatementTimeout time.Duration
	// Tracing creates a span per statement; nil for none.
	Tracing *telemetry.Tracing
	// Full records whether the server refuses writes for lack of space; may be nil.
	Full *fulldisk.Mark
	// Steer chooses where connections go, overriding Open's address; nil doesn't. A connection made
	// for another Route is closed when next acquired.
	Steer func(ctx context.Context) Route
	// Lookup finds a host's addresses; nil means the system's resolver. A connection to an address
	// that is no longer its host name's is closed when next acquired, within 10 s.
	Lookup LookupFunc
}

// Route is where a connection goes, and as what: see the migration of the table epoch.
type Route struct {
	URL   string
	Epoch string // the setting larder.epoch
}

const (
	defaultMaxConns         = 16
	defaultConnectTimeout   = 2 * time.Second
	defaultStatementTimeout = 30 * time.Second
	// A transaction that was begun and forgotten holds locks, and holds back vacuum.
	idleInTransactionTimeout = 30 * time.Second
	maxConnIdleTime          = 5 * time.Minute
)

// errBadURL quotes neither the address nor the driver's error with it: they hold the password.
var errBadURL = errors.New("read the Postgres address: it must look like postgres://user:password@host:5432/database")

// Open returns a connection pool for the database at url. It doesn't contact the server, so a
// program starts while the server is down; pool.Ping does. An error means that the address is
// invalid.
func Open(ctx context.Context, url string, options Options) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errBadURL
	}
	if !strings.Contains(url, "pool_max_conns=") {
		config.MaxConns = cmp.Or(options.MaxConns, defaultMaxConns)
	}
	config.MaxConnIdleTime = cmp.Or(options.MaxConnIdle, maxConnIdleTime)
	config.ConnConfig.Tracer = options.tracer()
	configure(config.ConnConfig, options)
	if options.Steer != nil {
		steer(config, options.Steer)
	}
	followNames(config, options)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the pool of %s: %w", options.Application, err)
	}
	return pool, nil
}

// tracer returns the statement tracer, nil if nothing needs it.
func (o Options) tracer() pgx.QueryTracer {
	var tracers []pgx.QueryTracer
	if o.Full != nil {
		tracers = append(tracers, fullTracer{o.Full})
	}
	if o.Tracing.On() {
		// Statement values are recipe content, so keep them out of spans.
		tracers = append(tracers, otelpgx.NewTracer(otelpgx.WithTracerProvider(o.Tracing.Provider())))
	}
	switch len(tracers) {
	case 0:
		return nil
	case 1:
		return tracers[0]
	default:
		return multitracer.New(tracers...)
	}
}

// followNames closes connections whose host name now points elsewhere.
func followNames(config *pgxpool.Config, options Options) {
	if options.Lookup != nil {
		config.ConnConfig.LookupFunc = pgconn.LookupFunc(options.Lookup)
	}
	names := &addresses{
		lookup: LookupFunc(config.ConnConfig.LookupFunc), timeout: config.ConnConfig.ConnectTimeout, hosts: map[string]*resolution{},
	}
	before := config.PrepareConn
	config.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		if current := names.current(conn); !current || before == nil { //nolint:contextcheck // a lookup outlives its caller
			return current, nil
		}
		return before(ctx, conn)
	}
}

// Connect makes a single connection, for callers that need their own.
func Connect(ctx context.Context, url string, options Options) (*pgx.Conn, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	configure(config, options)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect %s to Postgres: %w", options.Application, err)
	}
	return conn, nil
}

// parse parses an address for a single connection. It drops pool parameters: a server would take
// them for unknown settings and refuse the connection.
func parse(url string) (*pgx.ConnConfig, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errBadURL
	}
	return config.ConnConfig, nil
}

func configure(config *pgx.ConnConfig, options Options) {
	config.ConnectTimeout = cmp.Or(options.ConnectTimeout, defaultConnectTimeout)
	params := config.RuntimeParams
	if options.Application != "" {
		params["application_name"] = options.Application
	}
	params["timezone"] = "UTC"
	params["statement_timeout"] = milliseconds(cmp.Or(options.StatementTimeout, defaultStatementTimeout))
	params["idle_in_transaction_session_timeout"] = milliseconds(idleInTransactionTimeout)
	// Without keepalives the server takes two hours to notice a dead client, and holds its locks
	// until then.
	params["tcp_keepalives_idle"] = "5"
	params["tcp_keepalives_interval"] = "2"
	params["tcp_keepalives_count"] = "3"
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// epochSetting is what a connection declares about itself for the database to check.
const epochSetting = "larder.epoch"

const routeKey = "larder route"

func steer(config *pgxpool.Config, where func(ctx context.Context) Route) {
	config.BeforeConnect = func(ctx context.Context, c *pgx.ConnConfig) error {
		route := where(ctx)
		to, err := parse(route.URL)
		if err != nil {
			return err
		}
		c.Host, c.Port, c.Database, c.User, c.Password = to.Host, to.Port, to.Database, to.User, to.Password
		c.TLSConfig, c.Fallbacks = to.TLSConfig, to.Fallbacks
		params := maps.Clone(c.RuntimeParams)
		maps.Copy(params, to.RuntimeParams)
		params[epochSetting] = route.Epoch
		c.RuntimeParams = params
		c.AfterConnect = func(_ context.Context, conn *pgconn.PgConn) error {
			conn.CustomData()[routeKey] = route
			return nil
		}
		return nil
	}
	config.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		return conn.PgConn().CustomData()[routeKey] == where(ctx), nil
	}
}
