package bench

import (
	"context"
	_ "embed" // the frozen tables
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// measureCreate creates recipes of 8 ingredient rows through HTTP, against pgx writing the same
// rows into the same Postgres, with the same users, number of connections and durability (commits
// are on disk). Larder's side also pays for everything that a write triggers: during the turn, the
// relay and four projections work on the same cores. The bare side has none of it, nor HTTP,
// sessions and checks.
func measureCreate(b *testing.B, t *table) {
	b.Helper()
	server, users, body := startWriters(b)
	sample, _ := users[0].Create(b, body)
	bare := newBareWriter(b, server.RunFile(b).PostgresURL, users[0].User.ID, sample.ID)

	ours := func(worker int) error { return create(users[worker], body) }
	theirs := func(worker int) error { return bare.create(b.Context(), users[worker].User.ID) }
	result := compare(b, ours, theirs, func() { server.CaughtUp(b) })
	bare.requireRows(b)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(result.ratio, "of-bare")
	t.add(figure{
		what:   fmt.Sprintf("recipes of 8 rows created a second, %d at once", workers),
		larder: fmt.Sprintf("%.0f", result.larder), bare: fmt.Sprintf("%.0f (pgx)", result.bare),
		ratio: fmt.Sprintf("%.2f", result.ratio), target: "≥ 0.5", met: result.ratio >= 0.5,
	})
	measureCost(b, t, server, ours, theirs)
}

// measureCost is the CPU time of one create: writing it, and everything it triggers until every
// view has it. It allows comparing machines that do other work as well.
func measureCost(b *testing.B, t *table, server *larder.Server, ours, theirs func(worker int) error) {
	b.Helper()
	if runtime.GOOS != "linux" {
		return // only Linux exposes other processes' times as files
	}
	turn := func(do func(worker int) error, drain func()) (each spent, drained time.Duration) {
		server.CaughtUp(b)
		before, began := processorTime(b, server.Process(b).PID()), time.Now()
		perSecond := rate(b, roundTime, do)
		writing := time.Since(began)
		drain()
		drained = time.Since(began) - writing
		return processorTime(b, server.Process(b).PID()).since(before, int(perSecond*writing.Seconds())), drained
	}
	larderCost, behind := turn(ours, func() { server.CaughtUp(b) })
	bareCost, _ := turn(theirs, func() {})
	b.Logf("processor time of a create: larder %s; bare %s; the views had all %s after the last", larderCost, bareCost, inSeconds(behind))
	t.add(figure{
		what:   "processor time of such a create, until every view has it",
		larder: inMicros(larderCost.sum()), bare: inMicros(bareCost.sum()) + " (pgx)",
	})
	t.add(figure{what: "from the last create until every view has all, as `larder status` says", larder: inSeconds(behind)})
}

// startWriters starts a server, and returns one user per worker, and what they write: a recipe of 8
// ingredient rows.
func startWriters(b *testing.B) (server *larder.Server, users []*larder.Client, body []byte) {
	b.Helper()
	server = larder.Start(b)
	users = make([]*larder.Client, workers)
	for i := range users {
		users[i] = server.AddUser(b, fmt.Sprintf("user%d", i))
	}
	body, err := json.Marshal(larder.MadeUp(7))
	require.NoError(b, err)
	return server, users, body
}

func create(user *larder.Client, body []byte) error {
	answer, err := user.Try(larder.Request{Method: http.MethodPost, Path: "/api/recipes", Body: body})
	if err == nil && answer.Status != http.StatusCreated {
		err = fmt.Errorf("the server answered %d: %s", answer.Status, answer.Body)
	}
	return err
}

// bareWriter repeatedly writes the rows of a sample recipe, under new ids, as fast as pgx can: one
// transaction of four statements (the user's number, the recipe, its eight rows, the ledger's entry
// with the whole recipe as JSON), sent as one batch, which saves the round trips of BEGIN and
// COMMIT. Its tables are frozen in testdata/bare.sql, in their own schema, so that nobody relays
// what it writes.
type bareWriter struct {
	pool *pgxpool.Pool
	row  sampleRow
}

//go:embed testdata/bare.sql
var bareSchema string

// sampleRow is what Larder wrote for one recipe.
type sampleRow struct {
	name, description, source, notes string
	servings                         *float64
	prep, cook                       *int
	tags                             []string
	steps, files                     []byte
	texts, units, names, rowNotes    []string
	sections                         []string
	from, to                         []*float64
	eventType                        string
	schemaVersion                    int
	event                            []byte
}

func newBareWriter(b *testing.B, url, user, recipe string) *bareWriter {
	b.Helper()
	primary := larder.Postgres(b, url)
	w := &bareWriter{row: readSample(b, primary, user, recipe)}
	_, err := primary.Exec(b.Context(), bareSchema)
	require.NoError(b, err)
	_, err = primary.Exec(b.Context(), `INSERT INTO bare.user_changes SELECT user_id, 0 FROM public.user_changes`)
	require.NoError(b, err)

	config, err := pgxpool.ParseConfig(url)
	require.NoError(b, err)
	config.MaxConns = workers
	config.ConnConfig.RuntimeParams["search_path"] = "bare"
	w.pool, err = pgxpool.NewWithConfig(b.Context(), config)
	require.NoError(b, err)
	b.Cleanup(w.pool.Close)
	return w
}

func readSample(b *testing.B, primary *pgx.Conn, user, recipe string) sampleRow {
	b.Helper()
	var row sampleRow
	err := primary.QueryRow(b.Context(), `SELECT name, description, source_url, notes, servings, prep_minutes, cook_minutes,
			tags, steps::text, files::text
		FROM recipes WHERE user_id = $1 AND id = $2`, user, recipe).
		Scan(&row.name, &row.description, &row.source, &row.notes, &row.servings, &row.prep, &row.cook,
			&row.tags, &row.steps, &row.files)
	require.NoError(b, err)
	err = primary.QueryRow(b.Context(), `SELECT array_agg(text ORDER BY position), array_agg(unit ORDER BY position),
			array_agg(name ORDER BY position), array_agg(note ORDER BY position), array_agg(section ORDER BY position),
			array_agg(quantity ORDER BY position), array_agg(quantity_max ORDER BY position)
		FROM ingredients WHERE user_id = $1 AND recipe_id = $2`, user, recipe).
		Scan(&row.texts, &row.units, &row.names, &row.rowNotes, &row.sections, &row.from, &row.to)
	require.NoError(b, err)
	require.Len(b, row.texts, 8)
	err = primary.QueryRow(b.Context(), `SELECT type, schema_version, data::text FROM event_log WHERE user_id = $1 AND subject LIKE $2`,
		user, "%."+recipe).Scan(&row.eventType, &row.schemaVersion, &row.event)
	require.NoError(b, err)
	return row
}

func (w *bareWriter) create(ctx context.Context, user string) error {
	return w.createAs(ctx, user, uuid.Must(uuid.NewV7()).String())
}

func (w *bareWriter) createAs(ctx context.Context, user, id string) error {
	r := w.row
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE user_changes SET change = change + 1 WHERE user_id = $1`, user)
	batch.Queue(`INSERT INTO recipes (user_id, id, version, change, name, description, source_url, notes, servings, prep_minutes,
			cook_minutes, tags, steps, files, created_at, updated_at)
		VALUES ($1, $2, 1, (SELECT change FROM user_changes WHERE user_id = $1), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now(), now())`,
		user, id, r.name, r.description, r.source, r.notes, r.servings, r.prep, r.cook, r.tags, r.steps, r.files)
	w.queueIngredients(batch, user, id)
	w.queueEvent(batch, user, id, "1")
	if err := w.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write recipe %s: %w", id, err)
	}
	return nil
}

func (w *bareWriter) queueIngredients(batch *pgx.Batch, user, id string) {
	r := w.row
	batch.Queue(`INSERT INTO ingredients (user_id, recipe_id, position, text, unit, name, note, section, quantity, quantity_max)
		SELECT $1, $2, row.position - 1, row.text, row.unit, row.name, row.note, row.section, row.quantity, row.quantity_max
		FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::float8[])
			WITH ORDINALITY AS row(text, unit, name, note, section, quantity, quantity_max, position)`,
		user, id, r.texts, r.units, r.names, r.rowNotes, r.sections, r.from, r.to)
}

// queueEvent adds the ledger's entry. version is SQL: a number, or presentVersion.
func (w *bareWriter) queueEvent(batch *pgx.Batch, user, id, version string) {
	batch.Queue(`INSERT INTO event_log (event_id, user_id, type, schema_version, subject, version, change, time, data)
		VALUES ($2, $1, $3, $4, $5, `+version+`, (SELECT change FROM user_changes WHERE user_id = $1), now(), $6)`,
		user, uuid.Must(uuid.NewV7()).String(), w.row.eventType, w.row.schemaVersion, "larder.recipe."+user+"."+id, w.row.event)
}

// requireRows checks that the bare side did the work: a batch that silently wrote nothing would be
// fast.
func (w *bareWriter) requireRows(b *testing.B) {
	b.Helper()
	var recipes, ingredients, changes, entries int
	err := w.pool.QueryRow(b.Context(), `SELECT (SELECT count(*) FROM recipes), (SELECT count(*) FROM ingredients),
		(SELECT sum(change) FROM user_changes), (SELECT count(*) FROM event_log)`).Scan(&recipes, &ingredients, &changes, &entries)
	require.NoError(b, err)
	require.Positive(b, recipes)
	require.Equal(b, []int{8 * recipes, recipes, recipes}, []int{ingredients, changes, entries})
}
