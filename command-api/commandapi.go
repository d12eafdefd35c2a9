// Package commandapi is the write side of Larder: the HTTP API of the commands, the accounts, and the relay from the ledger
// to the stream. API and Relay are put together apart, since each may be a process of its own.
package commandapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/command-api/internal/account"
	"larder.dev/command-api/internal/command"
	"larder.dev/command-api/internal/commandhttp"
	"larder.dev/command-api/internal/recipestore"
	"larder.dev/command-api/internal/relay"
	"larder.dev/command-api/internal/republish"
	"larder.dev/events"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/limits"
	"larder.dev/internal/postgres"
	"larder.dev/internal/postgresroles"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/internal/tables"
	"larder.dev/internal/telemetry"
)

// The parts of the write side that a program handles.
type (
	// Users are the accounts; see their methods.
	Users = account.Users
	// NewUser is an account to be added.
	NewUser = account.New
	// Access is what an account may do beyond its own recipes.
	Access = account.Access
	// Relay carries the ledger's events to the stream; see Run and Drain.
	Relay = relay.Relay
	// Publisher stores messages in a stream; *jetstream.Conn is one.
	Publisher = relay.Publisher
	// Backlog is what is committed and not in the stream yet.
	Backlog = recipestore.Backlog
	// Imported is one recipe of many that are put in at once.
	Imported = command.Imported
	// RepublishOptions say what is published again, and who is told of it.
	RepublishOptions = republish.Options
	// RepublishProgress is how far that has come.
	RepublishProgress = republish.Progress
)

// Errors that a person can do something about.
var (
	ErrNoUser       = account.ErrNoUser
	ErrNameTaken    = account.ErrNameTaken
	ErrBadName      = account.ErrBadName
	ErrWeakPassword = account.ErrWeakPassword
	ErrNameAlike    = account.ErrNameAlike
)

// Deps is what the write side works with. Nothing in it is closed here.
type Deps struct {
	Pool      *recipestore.Pool   // the primary database
	Redis     *redis.Client       // marks and the counting of failed logins
	Sessions  *identity.Sessions  // in the same Redis
	Passwords *identity.Passwords // one for the whole program; nil makes one
	// MayWrite is asked before each write, and before its acknowledgement: an error of it is 503. Nil for always.
	MayWrite func() error
	// Throttle bounds what one person asks for, MaxRecipes what they keep; nil and zero for no bounds.
	Throttle   *limits.Throttle
	MaxRecipes int64
	// Origin is the one web origin that CORS admits, "" for none; TrustedProxies are the addresses (CIDR)
	// whose X-Forwarded-For is believed.
	Origin         string
	TrustedProxies []string
	Tracing        *telemetry.Tracing   // nil for none
	Metrics        *prometheus.Registry // nil for none
	Log            *slog.Logger         // nil for slog.Default()
}

// API is the write side.
type API struct {
	store    *recipestore.Store
	commands *command.Commands
	notifier *postgres.Notifier
	users    *account.Users
	handler  http.Handler
	log      *slog.Logger
}

// New puts the write side together. It asks no store, so that a program starts while one is away. The
// error means that an option is wrong.
func New(deps Deps) (*API, error) {
	log := deps.Log
	if log == nil {
		log = slog.Default()
	}
	passwords := deps.Passwords
	if passwords == nil {
		passwords = identity.NewPasswords()
	}
	notifier := postgres.NewNotifier(deps.Pool, ledger.Channel, log)
	store := recipestore.NewStore(deps.Pool, notifier.Hint)
	if deps.MayWrite != nil {
		store.Guard(deps.MayWrite)
	}
	store.Bound(deps.MaxRecipes)
	api := &API{
		store: store, commands: command.New(store), notifier: notifier, log: log,
		users: account.NewUsers(store, deps.Sessions, passwords, readyourwrites.NewMarks(deps.Redis)),
	}
	var err error
	if api.handler, err = newHandler(deps, api, passwords); err != nil {
		return nil, err
	}
	return api, nil
}

func newHandler(deps Deps, api *API, passwords *identity.Passwords) (http.Handler, error) {
	return commandhttp.New(commandhttp.Deps{
		Commands:   api.commands,
		Users:      api.users,
		Logins:     identity.NewLogins(deps.Redis, passwords),
		Sessions:   deps.Sessions,
		Marks:      readyourwrites.NewMarks(deps.Redis),
		Throttle:   deps.Throttle,
		MaxRecipes: deps.MaxRecipes,
		Log:        api.log,
	}, httpserver.Options{
		Component:      "command-api",
		Log:            api.log,
		Origin:         deps.Origin,
		TrustedProxies: deps.TrustedProxies,
		Tracing:        deps.Tracing,
		Metrics:        deps.Metrics,
	})
}

// Handler serves the command API.
func (a *API) Handler() http.Handler { return a.handler }

// Users are the accounts.
func (a *API) Users() *Users { return a.users }

// sweepEvery is how often old idempotency keys are forgotten.
const sweepEvery = time.Hour

// Run does what the write side does beside its requests, until ctx is done: it sends the hints that a
// relay listens to, and forgets old idempotency keys. Without it all is right, and slower.
func (a *API) Run(ctx context.Context) {
	sweeping := make(chan struct{})
	go func() {
		defer close(sweeping)
		a.sweep(ctx)
	}()
	a.notifier.Run(ctx)
	<-sweeping
}

// Flush sends the hint of a request that has been answered; Upkeep forgets old idempotency keys. They are for a process
// that is stopped between two requests, and so doesn't Run.
func (a *API) Flush(ctx context.Context) { a.notifier.Flush(ctx) }

// Upkeep is for the same process as Flush.
func (a *API) Upkeep(ctx context.Context) error {
	_, err := a.store.Sweep(ctx)
	return err
}

func (a *API) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		n, err := a.store.Sweep(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			a.log.WarnContext(ctx, "sweep the idempotency keys", "error", err)
		case n > 0:
			a.log.InfoContext(ctx, "forgot old idempotency keys", "keys", n)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// Backlog counts the events that are committed and not in the stream yet.
func (a *API) Backlog(ctx context.Context) (Backlog, error) { return a.store.Backlog(ctx) }

// Import puts in those of some recipes that aren't there, in one transaction, and gives how many. bad is told of one that
// can't be written, by its place among all.
func (a *API) Import(ctx context.Context, userID string, all []Imported, bad func(n int, reason error)) (added int, err error) {
	return a.commands.Import(ctx, userID, all, bad)
}

// Analyze tells the database how large its tables are by now, after many recipes were put in.
func (a *API) Analyze(ctx context.Context) error { return a.store.Analyze(ctx) }

// Republish fills a stream with what the ledger has and the stream lacks. It may be interrupted and run again, beside
// everything else.
func (a *API) Republish(ctx context.Context, stream republish.Stream, options RepublishOptions) (RepublishProgress, error) {
	progress, err := republish.Republish(ctx, a.store, stream, options)
	if err != nil {
		return progress, fmt.Errorf("publish again what the stream lacks: %w", err)
	}
	return progress, nil
}

// CountRecipes counts the recipes of the user with an id.
func (a *API) CountRecipes(ctx context.Context, userID string) (int, error) {
	return a.store.CountRecipes(ctx, userID)
}

// Recipes gives the recipes of the user with an id, page by page, all as they are at one moment. An error of each ends it.
func (a *API) Recipes(ctx context.Context, userID string, each func([]events.Recipe) error) error {
	return a.store.Recipes(ctx, userID, each)
}

// Migrate brings the database at url to this program's schema, and lets the components' roles do what they need, those that
// the server has. A database that is newer than the program knows gives internal/postgres.ErrNewerSchema, and nothing in
// it is touched.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	if err := postgres.Migrate(ctx, url, tables.Migrations(), log); err != nil {
		return err
	}
	return postgresroles.Grant(ctx, url)
}

// CheckSchema tells whether the database at url has this program's schema, and changes nothing.
func CheckSchema(ctx context.Context, url string) error {
	return postgres.CheckSchema(ctx, url, tables.Migrations())
}
