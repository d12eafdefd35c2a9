// Package postgres holds what every user of a Postgres database needs: a pool with deadlines,
// migrations, the classes of errors, a hint after commits, and leadership by an advisory lock. It knows
// no tables.
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

// Options of a pool. The zero value is a good choice for each but Application.
type Options struct {
	// Application names the program in pg_stat_activity.
	Application string
	// MaxConns bounds the connections, where the address doesn't (pool_max_conns); 16 where it is 0. A server admits 100
	// unless told otherwise.
	MaxConns int32
	// MaxConnIdle is how long a connection stays open that nobody uses; 5 min where it is 0.
	MaxConnIdle time.Duration
	// ConnectTimeout bounds the making of one connection; 2 s where it is 0.
	ConnectTimeout time.Duration
	// StatementTimeout is how long the server works at one statement; 30 s where it is 0. It is the net
	// under the deadlines of the callers' contexts, which are shorter.
	StatementTimeout time.Duration
	// Tracing makes a span of each statement; nil for none.
	Tracing *telemetry.Tracing
	// Full keeps whether the server refuses for want of space; nil for nowhere.
	Full *fulldisk.Mark
	// Steer says where connections go, instead of the address that Open is given; nil for there. A connection
	// that was made for another Route is closed when it is next asked for.
	Steer func(ctx context.Context) Route
	// Lookup finds the addresses of a host; the system's resolver where it is nil. A connection to an address that its
	// host's name doesn't lead to any more is closed when it is next asked for, within 10 s.
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
	// A transaction that was begun and forgotten holds its locks, and keeps vacuum from its work.
	idleInTransactionTimeout = 30 * time.Second
	maxConnIdleTime          = 5 * time.Minute
)

// errBadURL doesn't quote the address, nor the driver's error, which does: the password is in it.
var errBadURL = errors.New("read the Postgres address: it must look like postgres://user:password@host:5432/database")

// Open makes a pool of connections to the database at url. It asks the server nothing, so that a program
// starts while the server is away; pool.Ping asks. An error means that the address can't be read.
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

// tracer sees the statements, nil where nobody looks.
func (o Options) tracer() pgx.QueryTracer {
	var tracers []pgx.QueryTracer
	if o.Full != nil {
		tracers = append(tracers, fullTracer{o.Full})
	}
	if o.Tracing.On() {
		// The values of a statement are recipes and stay out of the spans.
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

// followNames closes connections that lead elsewhere than their host's name.
func followNames(config *pgxpool.Config, options Options) {
	if options.Lookup != nil {
		config.ConnConfig.LookupFunc = pgconn.LookupFunc(options.Lookup)
	}
	names := &addresses{
		lookup: LookupFunc(config.ConnConfig.LookupFunc), timeout: config.ConnConfig.ConnectTimeout, hosts: map[string]*resolution{},
	}
	before := config.PrepareConn
	config.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		if current := names.current(conn); !current || before == nil { //nolint:contextcheck // a lookup outlives who asked
			return current, nil
		}
		return before(ctx, conn)
	}
}

// Connect makes a single connection, for what must have one of its own.
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

// parse reads an address for a single connection. What it says of pools is left out: a server takes it for a parameter
// that it doesn't know, and refuses the connection.
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
	// Without keepalives the server finds out after two hours that a machine is gone, and holds its locks
	// until then.
	params["tcp_keepalives_idle"] = "5"
	params["tcp_keepalives_interval"] = "2"
	params["tcp_keepalives_count"] = "3"
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// epochSetting is what a connection says about itself, for the database to check.
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
