package replica

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"larder.dev/events"
	"larder.dev/internal/id"
	"larder.dev/internal/ledger"
	"larder.dev/internal/postgres"
	"larder.dev/projectors"
)

// schema says which tables are written: the live ones, or those of a rebuild.
type schema string

const (
	live    schema = ""
	staging schema = "larder_rebuild."
)

// The statements take {} for the schema. Each event is one statement that does nothing if the row is as new
// as the event (newer, for an event that is published again), so that a batch can hold an event twice and needs no look before it writes.
//
// Numbers of minutes are cast by the server: one that doesn't fit is then its error about the data, and
// not one of the driver's, which can't be told from a passing one.
const (
	upsertRecipe = `WITH taken AS (
		INSERT INTO {}recipes AS have (user_id, id, version, change, name, description, servings, prep_minutes,
			cook_minutes, source_url, tags, notes, steps, files, created_at, updated_at, deleted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8::bigint::integer, $9::bigint::integer, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (user_id, id) DO UPDATE SET version = excluded.version, change = excluded.change,
			name = excluded.name, description = excluded.description, servings = excluded.servings,
			prep_minutes = excluded.prep_minutes, cook_minutes = excluded.cook_minutes,
			source_url = excluded.source_url, tags = excluded.tags, notes = excluded.notes,
			steps = excluded.steps, files = excluded.files, created_at = excluded.created_at,
			updated_at = excluded.updated_at, deleted_at = excluded.deleted_at
		WHERE have.version < excluded.version OR ($26 AND have.version = excluded.version)
		RETURNING user_id, id
	), gone AS (
		DELETE FROM {}ingredients row USING taken
		WHERE row.user_id = taken.user_id AND row.recipe_id = taken.id AND row.position >= cardinality($18::text[])
	)
	INSERT INTO {}ingredients (user_id, recipe_id, position, text, quantity, quantity_max, unit, name, note, section, second)
	SELECT taken.user_id, taken.id, row.position - 1,
		row.text, row.quantity, row.quantity_max, row.unit, row.name, row.note, row.section, row.second::jsonb
	FROM taken, unnest($18::text[], $19::float8[], $20::float8[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[])
		WITH ORDINALITY AS row(text, quantity, quantity_max, unit, name, note, section, second, position)
	ON CONFLICT (user_id, recipe_id, position) DO UPDATE SET text = excluded.text, quantity = excluded.quantity,
		quantity_max = excluded.quantity_max, unit = excluded.unit, name = excluded.name, note = excluded.note,
		section = excluded.section, second = excluded.second`

	// Two accounts never have one name at the primary, but here the older one's deletion can be behind the
	// newer one's event. Waiting for it could be waiting for an event further back in the same lane, so the
	// account that changed last gets the name, and the other its id in the place of it.
	freeName = `UPDATE {}users SET name_key = id::text WHERE name_key = $1 AND id <> $2 AND updated_at < $3`

	upsertUser = `INSERT INTO {}users AS have (id, name, name_key, password_hash, admin, grocery, disabled, version,
			created_at, updated_at)
		SELECT $1::uuid, $2::text, CASE WHEN EXISTS (SELECT FROM {}users WHERE name_key = $3::text AND id <> $1::uuid)
			THEN $1::uuid::text ELSE $3::text END, $4::text, $5::boolean, $6::boolean, $7::boolean, $8::bigint,
			$9::timestamptz, $10::timestamptz
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
			password_hash = excluded.password_hash, admin = excluded.admin, grocery = excluded.grocery,
			disabled = excluded.disabled, version = excluded.version, created_at = excluded.created_at,
			updated_at = excluded.updated_at
		WHERE have.version < excluded.version OR ($11 AND have.version = excluded.version)`

	// A row has the number that it has at the primary. An event of a relay that didn't tell it yet gets one far
	// below them all, so that it is in nobody's way; the next full copy puts the right one in its place.
	//
	// What comes late of a recipe that is forgotten stays out: nothing would take it away again.
	insertEntry = `INSERT INTO {}event_log AS have (id, event_id, user_id, type, schema_version, subject, version,
			change, time, traceparent, data, published_at, stream_sequence)
		SELECT CASE WHEN $1::bigint > 0 THEN $1::bigint ELSE nextval('event_log_id_seq') - (1::bigint << 62) END,
			$2::uuid, $3::uuid, $4, $5::integer, $6, $7::bigint, $8::bigint, $9::timestamptz, $10, $11::json, $12::timestamptz, $13::bigint
		WHERE NOT EXISTS (SELECT FROM {}recipes gone WHERE gone.user_id = $3::uuid AND gone.id = $14::uuid
			AND gone.deleted_at IS NOT NULL AND gone.name = '' AND gone.version > $7::bigint)
		ON CONFLICT (event_id) DO UPDATE SET published_at = excluded.published_at,
			stream_sequence = excluded.stream_sequence
		WHERE have.published_at IS NULL`

	placeEntry = `UPDATE event_log SET published_at = $2, stream_sequence = $3 WHERE event_id = $1`

	raiseChange = `INSERT INTO {}user_changes AS have (user_id, change) VALUES ($1, $2)
		ON CONFLICT (user_id) DO UPDATE SET change = GREATEST(have.change, excluded.change)`
)

// userTables are the tables that hold something of a user. The staging schema has the filled ones.
var userTables = []struct { //nolint:gochecknoglobals // a constant, but for the language
	name, erase string
	filled      bool
}{
	{"ingredients", `DELETE FROM ingredients WHERE user_id = $1`, true},
	{"recipes", `DELETE FROM recipes WHERE user_id = $1`, true},
	{"user_changes", `DELETE FROM user_changes WHERE user_id = $1`, true},
	{"users", `DELETE FROM users WHERE id = $1`, true},
	{"idempotency_keys", `DELETE FROM idempotency_keys WHERE user_id = $1`, false},
	{"event_log", `DELETE FROM event_log WHERE user_id = $1 AND type <> 'user.deleted'`, true},
}

// in puts a statement's tables into the schema.
func (p schema) in(statement string) string { return strings.ReplaceAll(statement, "{}", string(p)) }

// removed is how many rows of each user went with the account.
type removed map[string]int

// write brings a batch of events to the tables, in one transaction.
func write(ctx context.Context, pool *pgxpool.Pool, to schema, batch []projectors.Event) (removed, error) {
	work, gone := &pgx.Batch{}, removed{}
	for _, event := range batch {
		if err := queue(work, to, event, gone); err != nil {
			return nil, err
		}
	}
	if err := pool.SendBatch(ctx, work).Close(); err != nil {
		return nil, fmt.Errorf("write %d events to the replica: %w", len(batch), failure(err))
	}
	return gone, nil
}

func queue(work *pgx.Batch, to schema, event projectors.Event, gone removed) error {
	user := event.User()
	if err := checkID(user); err != nil {
		return err
	}
	switch {
	case event.Type == events.UserDeleted:
		queueUserDeleted(work, to, user, gone)
		queueEntry(work, to, event)
		return nil
	case event.Type == events.GroceryRequested: // it changes nothing but the ledger
	case event.Type.IsUser():
		if err := queueUser(work, to, event); err != nil {
			return err
		}
	default:
		if err := queueRecipe(work, to, event); err != nil {
			return err
		}
	}
	work.Queue(to.in(raiseChange), user, event.Change)
	queueEntry(work, to, event)
	return nil
}

func queueEntry(work *pgx.Batch, to schema, event projectors.Event) {
	var recipe *string
	if _, id, ok := events.RecipeOf(event.Subject); ok {
		recipe = &id
	}
	work.Queue(to.in(insertEntry), event.Ledger, event.ID, event.User(), string(event.Type), event.SchemaVersion,
		event.Subject, event.Version, event.Change, event.Time, event.TraceParent, string(event.Data), event.Stored,
		int64(event.Sequence), recipe)
}

func queueUserDeleted(work *pgx.Batch, to schema, user string, gone removed) {
	for _, table := range userTables {
		if to == live || table.filled {
			work.Queue(strings.Replace(table.erase, "FROM ", "FROM "+string(to), 1), user).Exec(gone.count(user))
		}
	}
}

func queueUser(work *pgx.Batch, to schema, event projectors.Event) error {
	u, err := events.DecodeUser(event.Envelope)
	if err != nil {
		return err
	}
	key := nameKey(u.Name)
	work.Queue(to.in(freeName), key, u.ID, u.UpdatedAt)
	work.Queue(to.in(upsertUser), u.ID, u.Name, key, u.PasswordHash, u.Admin, u.Grocery, u.Disabled, u.Version,
		u.CreatedAt, u.UpdatedAt, event.Again)
	return nil
}

// nameKey folds a name as the write side does for the same column.
func nameKey(name string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(strings.TrimSpace(name))))
}

func queueRecipe(work *pgx.Batch, to schema, event projectors.Event) error {
	r, err := events.DecodeRecipe(event.Envelope)
	if err != nil {
		return err
	}
	if err := checkID(r.ID); err != nil {
		return err
	}
	steps, err := json.Marshal(orEmpty(r.Steps))
	if err != nil {
		return fmt.Errorf("write the steps of recipe %s: %w: %w", r.ID, projectors.ErrImpossible, err)
	}
	files, err := json.Marshal(orEmpty(r.Files))
	if err != nil {
		return fmt.Errorf("write the files of recipe %s: %w: %w", r.ID, projectors.ErrImpossible, err)
	}
	var deletedAt *time.Time
	if event.Type == events.RecipeDeleted {
		deletedAt = &r.UpdatedAt
	}
	rows, err := columns(r.Ingredients)
	if err != nil {
		return fmt.Errorf("write the ingredients of recipe %s: %w: %w", r.ID, projectors.ErrImpossible, err)
	}
	args := []any{
		event.User(), r.ID, r.Version, event.Change, r.Name, r.Description, r.Servings, r.PrepMinutes,
		r.CookMinutes, r.SourceURL, orEmpty(r.Tags), r.Notes, steps, files, r.CreatedAt, r.UpdatedAt, deletedAt,
	}
	work.Queue(to.in(upsertRecipe), append(append(args, rows...), event.Again)...)
	if to == live && deletedAt != nil && r.Forgotten() {
		queueForgotten(work, event, r)
	}
	return nil
}

// queueForgotten takes out of the ledger what the primary has taken out of its own.
func queueForgotten(work *pgx.Batch, event projectors.Event, r events.Recipe) {
	ledger.QueueForgetOnBackup(work, ledger.Deletion{
		User: event.User(), ID: r.ID, Subject: event.Subject, Version: r.Version, Change: event.Change,
		SchemaVersion: event.SchemaVersion, Data: event.Data,
	})
	// Nobody else sweeps the keys that are here of a full copy, and their answers have text.
	work.Queue(`DELETE FROM idempotency_keys WHERE created_at < $1`, ledger.Now().Add(-ledger.KeyLifetime-ledger.UndoMargin))
	work.Queue(placeEntry, event.ID, event.Stored, int64(event.Sequence))
}

// columns turns ingredient rows into the arrays of one statement.
func columns(rows []events.Ingredient) ([]any, error) {
	n := len(rows)
	var (
		texts, units, names, notes, sections = make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		from, to                             = make([]*float64, n), make([]*float64, n)
		seconds                              = make([]*string, n)
	)
	for i, row := range rows {
		texts[i], from[i], to[i] = row.Text, row.Quantity, row.QuantityMax
		units[i], names[i], notes[i], sections[i] = row.Unit, row.Name, row.Note, row.Section
		if row.Second == nil {
			continue
		}
		second, err := json.Marshal(row.Second)
		if err != nil {
			return nil, err
		}
		text := string(second)
		seconds[i] = &text
	}
	return []any{texts, from, to, units, names, notes, sections, seconds}, nil
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

// failure tells errors about the data, which stay, from all others. The server's message is left out of the
// former: it quotes the data.
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
