package replica

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"larder.dev/events"
	"larder.dev/internal/id"
	"larder.dev/internal/ledger"
	"larder.dev/internal/postgres"
	"larder.dev/internal/tables"
	"larder.dev/projectors"
	"larder.dev/recipe"
)

// schema selects the tables to write: the live ones or a rebuild's.
type schema string

const (
	live    schema = ""
	staging schema = "larder_rebuild."
)

// batch returns a batch whose statements use the schema's tables.
func (p schema) batch() *pgx.Batch {
	work := &pgx.Batch{}
	if p == staging {
		work.Queue(`SELECT set_config('search_path', 'larder_rebuild', true)`) // if a table is missing, never fall back to the live one
	}
	return work
}

// userTables are the tables with data of users. The staging schema has the filled ones.
var userTables = []struct { //nolint:gochecknoglobals // a constant, which Go doesn't have for slices
	name, erase string
	filled      bool
}{
	{"ingredients", tables.DeleteIngredientsOf, true},
	{"recipes", tables.DeleteRecipesOf, true},
	{"user_changes", tables.DeleteChangesOf, true},
	{"users", tables.DeleteUser, true},
	{"idempotency_keys", tables.DeleteKeysOf, false},
	{"event_log", tables.DeleteEntriesBefore, true},
}

// removed is how many rows of each user were deleted with the account.
type removed map[string]int

// write applies a batch of events to the tables in one transaction.
func write(ctx context.Context, pool *pgxpool.Pool, to schema, batch []projectors.Event) (removed, error) {
	w := writing{work: to.batch(), to: to, gone: removed{}, run: newRun()}
	w.work.Queue(tables.PlanForFullTables)
	for _, event := range batch {
		if err := w.queue(event); err != nil {
			return nil, err
		}
	}
	w.run.end(w.work)
	if err := pool.SendBatch(ctx, w.work).Close(); err != nil {
		return nil, fmt.Errorf("write %d events to the replica: %w", len(batch), failure(err))
	}
	return w.gone, nil
}

// writing is a batch of events on its way into the tables.
type writing struct {
	work *pgx.Batch
	to   schema
	gone removed
	run  *run
}

func (w *writing) queue(event projectors.Event) error {
	user := event.User()
	if err := checkID(user); err != nil {
		return err
	}
	switch {
	case event.Type == events.UserDeleted:
		w.run.end(w.work)
		queueUserDeleted(w.work, w.to, user, w.gone)
		w.run.entry(event)
		return nil
	case event.Type == events.GroceryRequested, event.Type.IsImport(): // these only change the ledger
	case event.Type.IsUser():
		if err := queueUser(w.work, event); err != nil {
			return err
		}
	default:
		if err := w.queueRecipe(event); err != nil {
			return err
		}
	}
	w.run.change(event)
	w.run.entry(event)
	return nil
}

func queueUserDeleted(work *pgx.Batch, to schema, user string, gone removed) {
	for _, table := range userTables {
		if to == live || table.filled {
			work.Queue(table.erase, user).Exec(gone.count(user))
		}
	}
}

func queueUser(work *pgx.Batch, event projectors.Event) error {
	u, err := events.DecodeUser(event.Envelope)
	if err != nil {
		return err
	}
	key := nameKey(u.Name)
	work.Queue(tables.FreeName, key, u.ID, u.UpdatedAt)
	work.Queue(tables.ReplicateUser, u.ID, u.Name, key, u.PasswordHash, u.Admin, u.Grocery, u.Disabled, u.Version,
		u.CreatedAt, u.UpdatedAt, event.Again)
	return nil
}

// nameKey folds a name as the write side does for the same column.
func nameKey(name string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(strings.TrimSpace(name))))
}

func (w *writing) queueRecipe(event projectors.Event) error {
	r, err := events.DecodeRecipe(event.Envelope)
	if err != nil {
		return err
	}
	if err := checkID(r.ID); err != nil {
		return err
	}
	r.Tags, r.Ingredients, r.Steps, r.Files = orEmpty(r.Tags), orEmpty(r.Ingredients), orEmpty(r.Steps), orEmpty(r.Files)
	data, err := recipe.Encode(r) // the event may be of an earlier version
	if err != nil {
		return fmt.Errorf("%w: %w", projectors.ErrImpossible, err)
	}
	if !w.run.takes(event) {
		w.run.end(w.work)
	}
	if w.to == live && event.Type == events.RecipeDeleted && r.Forgotten() {
		w.run.end(w.work)
		w.run.recipe(event, r.ID, string(data))
		w.run.queueRecipes(w.work)
		queueForgotten(w.work, event, r)
		return nil
	}
	w.run.recipe(event, r.ID, string(data))
	return nil
}

// queueForgotten erases from the ledger what the primary has erased from its own.
func queueForgotten(work *pgx.Batch, event projectors.Event, r events.Recipe) {
	ledger.QueueForgetOnBackup(work, ledger.Deletion{
		User: event.User(), ID: r.ID, Subject: event.Subject, Version: r.Version, Change: event.Change,
		SchemaVersion: event.SchemaVersion, Data: event.Data,
	})
	// Nobody else sweeps the keys left by a full copy, and their answers contain text.
	work.Queue(tables.DropKeys, ledger.Now().Add(-ledger.KeyLifetime-ledger.UndoMargin))
	work.Queue(tables.PlaceEntry, event.ID, event.Stored, int64(event.Sequence))
}

// orEmpty keeps a missing list from becoming NULL.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func checkID(text string) error {
	if !id.Is(text) {
		return fmt.Errorf("id %q: %w: not in the usual spelling", text, projectors.ErrImpossible)
	}
	return nil
}

// failure distinguishes permanent errors about the data from all others. It omits the server's
// message from the former, because that quotes the data.
func failure(err error) error {
	code := postgres.Code(err)
	if len(code) < 2 || postgres.Conflict(err, "") {
		return err
	}
	switch code[:2] {
	case "22", "23": // a value that doesn't fit its column; a rule of the table
		return fmt.Errorf("%w: Postgres error %s", projectors.ErrImpossible, code)
	default:
		return err
	}
}

func (r removed) count(user string) func(pgconn.CommandTag) error {
	return func(tag pgconn.CommandTag) error {
		r[user] += int(tag.RowsAffected())
		return nil
	}
}
