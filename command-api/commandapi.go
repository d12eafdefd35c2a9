// Package commandapi is Larder's write side: the HTTP API for commands, the accounts, and the relay
// that publishes the ledger to the stream. API and Relay are built separately because each may run
// in its own process.
package commandapi

import (
	"context"
	"errors"
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
	"larder.dev/recipe"
)

// The parts of the write side that programs use directly.
type (
	// Users manages the accounts.
	Users = account.Users
	// NewUser describes an account to add.
	NewUser = account.New
	// Access is what an account may do beyond its own recipes.
	Access = account.Access
	// Relay publishes the ledger's events to the stream; see Run and Drain.
	Relay = relay.Relay
	// Publisher stores messages in a stream; *jetstream.Conn implements it.
	Publisher = relay.Publisher
	// Backlog counts events that are committed but not yet in the stream.
	Backlog = recipestore.Backlog
	// Imported is one recipe of a bulk import.
	Imported = command.Imported
	// Unfit means that a recipe of an import can't be written as it is.
	Unfit = command.Unfit
	// Importing says how to import, and remembers what one import has written.
	Importing = command.Importing
	// ImportResult counts imported recipes.
	ImportResult = command.ImportResult
	// OnDuplicate is what an import does with a recipe that the user has already.
	OnDuplicate = command.OnDuplicate
	// RepublishOptions select what to republish and who receives progress.
	RepublishOptions = republish.Options
	// RepublishProgress reports how far a republish has come.
	RepublishProgress = republish.Progress
)

// Errors that the user can act on.
var (
	ErrNoUser       = account.ErrNoUser
	ErrNameTaken    = account.ErrNameTaken
	ErrBadName      = account.ErrBadName
	ErrWeakPassword = account.ErrWeakPassword
	ErrNameAlike    = account.ErrNameAlike
)

// Deps are the write side's dependencies. The write side closes none of them.
type Deps struct {
	Pool      *recipestore.Pool   // the primary database
	Redis     *redis.Client       // for read-your-writes marks and failed-login counts
	Sessions  *identity.Sessions  // in the same Redis
	Passwords *identity.Passwords // shared by the whole program; nil creates one
	// MayWrite is called before each write and before its acknowledgement; an error becomes a 503.
	// Nil always allows.
	MayWrite func() error
	// Throttle limits each person's requests, MaxRecipes their recipes; nil and zero mean no limit.
	Throttle   *limits.Throttle
	MaxRecipes int64
	// Origin is the only web origin that CORS admits, "" for none. TrustedProxies lists the
	// addresses (CIDR) whose X-Forwarded-For is trusted.
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

// New builds the write side. It contacts no store, so a program can start while one is down. It
// fails only if an option is invalid.
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

// Users returns the accounts.
func (a *API) Users() *Users { return a.users }

// sweepEvery is how often expired idempotency keys are deleted.
const sweepEvery = time.Hour

// Run does the background work until ctx is done: it notifies the relay of new events and deletes
// expired idempotency keys. Without it the write side is correct, but slower.
func (a *API) Run(ctx context.Context) {
	sweeping := make(chan struct{})
	go func() {
		defer close(sweeping)
		a.sweep(ctx)
	}()
	a.notifier.Run(ctx)
	<-sweeping
}

// Flush sends the pending notification of an answered request. It is for a process that is frozen
// between requests and therefore can't use Run.
func (a *API) Flush(ctx context.Context) { a.notifier.Flush(ctx) }

// Upkeep deletes expired idempotency keys, for the same kind of process as Flush.
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

// Backlog counts the events that are committed but not yet in the stream.
func (a *API) Backlog(ctx context.Context) (Backlog, error) { return a.store.Backlog(ctx) }

// What an import does with duplicates.
const (
	SkipDuplicates    = command.SkipDuplicates
	ReplaceDuplicates = command.ReplaceDuplicates
	KeepDuplicates    = command.KeepDuplicates
)

// Import writes recipes: those that the user doesn't have yet, in one transaction, and the others as
// how says.
func (a *API) Import(ctx context.Context, userID string, all []Imported, how *Importing) (ImportResult, error) {
	return a.commands.Import(ctx, userID, all, how)
}

// Duplicates returns the ids of the user's recipes that are the same as each of several drafts.
func (a *API) Duplicates(ctx context.Context, userID string, drafts []recipe.Draft) ([][]string, error) {
	return a.commands.Duplicates(ctx, userID, drafts)
}

// ImportBeside adds one recipe, in one transaction with what its importer writes beside it. A recipe
// that exists stays as it is. The error is *Unfit if the recipe can't be written.
func (a *API) ImportBeside(ctx context.Context, userID string, one Imported, beside ledger.Beside) error {
	return a.commands.ImportBeside(ctx, userID, one, beside)
}

// Why an importer's write to a recipe wrote nothing.
var (
	ErrSame     = errors.New("the recipe is the same already")
	ErrChanged  = errors.New("the recipe was changed since")
	ErrNoRecipe = command.ErrNoRecipe
)

// ReplaceBeside writes a new version of a recipe, in one transaction with what its importer writes
// beside it. It asks at, under the user's lock, whether it may replace the present version; the next
// one is one higher. The error is ErrSame, ErrNoRecipe, or *Unfit if the recipe can't be written.
func (a *API) ReplaceBeside(ctx context.Context, userID, id string, at func(version int64) bool, draft recipe.Draft,
	beside ledger.Beside,
) error {
	outcome, err := a.commands.Replace(ctx, command.Call{User: userID, Recipe: id}, at, draft, beside)
	switch {
	case errors.Is(err, recipe.ErrTooLarge):
		return &Unfit{Reason: err}
	case err != nil:
		return err
	case outcome.Result.Refused != nil:
		return outcome.Result.Refused
	case outcome.Result.Type == "":
		return ErrSame
	default:
		return nil
	}
}

// RestoreBeside makes an earlier version of a recipe current if the present one is admitted, in one
// transaction with what its importer writes beside it. The error is ErrNoRecipe if the recipe was
// deleted, or ErrChanged.
func (a *API) RestoreBeside(ctx context.Context, userID, id string, at func(version int64) bool, earlier int64,
	beside ledger.Beside,
) error {
	outcome, err := a.commands.RestoreExisting(ctx, command.Call{User: userID, Recipe: id}, at, earlier, beside)
	switch refused := outcome.Result.Refused; {
	case err != nil:
		return err
	case refused == nil || errors.Is(refused, ErrNoRecipe):
		return refused
	default:
		return fmt.Errorf("%w: %w", ErrChanged, refused)
	}
}

// DeleteUnchanged deletes a recipe if it is still at a version that the caller admits. It reports
// whether the recipe is gone now, by this call or before it.
func (a *API) DeleteUnchanged(ctx context.Context, userID, recipe string, admits func(version int64) bool) (gone bool, err error) {
	outcome, err := a.commands.Delete(ctx, command.Call{User: userID, Recipe: recipe}, admits)
	if err != nil {
		return false, err
	}
	refused := outcome.Result.Refused
	return refused == nil || errors.Is(refused, command.ErrNoRecipe), nil
}

// Analyze updates the planner's statistics after a bulk import.
func (a *API) Analyze(ctx context.Context) error { return a.store.Analyze(ctx) }

// Republish publishes to a stream what the ledger has and the stream lacks. It is safe to
// interrupt, to repeat, and to run beside everything else.
func (a *API) Republish(ctx context.Context, stream republish.Stream, options RepublishOptions) (RepublishProgress, error) {
	progress, err := republish.Republish(ctx, a.store, stream, options)
	if err != nil {
		return progress, fmt.Errorf("publish again what the stream lacks: %w", err)
	}
	return progress, nil
}

// CountRecipes counts a user's recipes.
func (a *API) CountRecipes(ctx context.Context, userID string) (int, error) {
	return a.store.CountRecipes(ctx, userID)
}

// Recipes passes a user's recipes to each, page by page, from one snapshot. It stops at the first
// error from each.
func (a *API) Recipes(ctx context.Context, userID string, each func([]events.Recipe) error) error {
	return a.store.Recipes(ctx, userID, each)
}

// Migrate migrates the database at url to this program's schema and grants the components' roles
// their rights, for those roles that the server has. If the database is newer than the program, it
// changes nothing and returns internal/postgres.ErrNewerSchema.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	if err := postgres.Migrate(ctx, url, tables.Migrations(), log); err != nil {
		return err
	}
	return postgresroles.Grant(ctx, url)
}

// CheckSchema reports whether the database at url has this program's schema, without changing
// anything.
func CheckSchema(ctx context.Context, url string) error {
	return postgres.CheckSchema(ctx, url, tables.Migrations())
}
