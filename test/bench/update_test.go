package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// measureUpdate replaces recipes of 8 ingredient rows with If-Match through HTTP, against pgx writing
// the same rows, as measureCreate does. Each worker replaces a recipe of its own.
func measureUpdate(b *testing.B, t *table) {
	b.Helper()
	server, users, body := startWriters(b)
	editors := make([]editor, workers)
	for i, user := range users {
		created, _ := user.Create(b, body)
		editors[i] = editor{user: user, id: created.ID, version: created.Version}
		require.NoError(b, json.Unmarshal(body, &editors[i].recipe))
	}
	bare := newBareWriter(b, server.RunFile(b).PostgresURL, users[0].User.ID, editors[0].id)
	ids := make([]string, workers)
	for i, user := range users {
		ids[i] = uuid.Must(uuid.NewV7()).String()
		require.NoError(b, bare.createAs(b.Context(), user.User.ID, ids[i]))
	}

	ours := func(worker int) error { return editors[worker].replace() }
	theirs := func(worker int) error { return bare.replace(b.Context(), users[worker].User.ID, ids[worker]) }
	result := compare(b, ours, theirs, func() { server.CaughtUp(b) })
	bare.requireVersions(b)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(result.ratio, "of-bare")
	t.add(figure{
		what:   fmt.Sprintf("recipes of 8 rows replaced a second with If-Match, %d at once", workers),
		larder: fmt.Sprintf("%.0f", result.larder), bare: fmt.Sprintf("%.0f (pgx)", result.bare),
		ratio: fmt.Sprintf("%.2f", result.ratio), target: "≥ 0.5", met: result.ratio >= 0.5,
	})
}

// editor replaces one recipe again and again.
type editor struct {
	user    *larder.Client
	id      string
	version int64
	recipe  map[string]any
}

func (e *editor) replace() error {
	e.recipe["notes"] = fmt.Sprintf("As at version %d.", e.version) // an equal recipe would be no change
	body, err := json.Marshal(e.recipe)
	if err != nil {
		return err
	}
	answer, err := e.user.Try(larder.Request{
		Method: http.MethodPut, Path: "/api/recipes/" + e.id, Body: body,
		Headers: []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(e.version))},
	})
	if err == nil && answer.Status != http.StatusOK {
		err = fmt.Errorf("replace recipe %s at version %d: the server answered %d: %s", e.id, e.version, answer.Status, answer.Body)
	}
	e.version++
	return err
}

// presentVersion is the version of the recipe that the entry's subject ($5) ends with.
const presentVersion = `(SELECT version FROM recipes WHERE user_id = $1 AND id = right($5, 36)::uuid)`

// replace writes the sample over a recipe as its next version, in one transaction of five statements
// sent at once.
func (w *bareWriter) replace(ctx context.Context, user, id string) error {
	r := w.row
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE user_changes SET change = change + 1 WHERE user_id = $1`, user)
	batch.Queue(`UPDATE recipes SET version = version + 1, change = (SELECT change FROM user_changes WHERE user_id = $1), name = $3,
			description = $4, source_url = $5, notes = $6, servings = $7, prep_minutes = $8, cook_minutes = $9, tags = $10,
			steps = $11, files = $12, updated_at = now()
		WHERE user_id = $1 AND id = $2`,
		user, id, r.name, r.description, r.source, r.notes, r.servings, r.prep, r.cook, r.tags, r.steps, r.files)
	batch.Queue(`DELETE FROM ingredients WHERE user_id = $1 AND recipe_id = $2`, user, id)
	w.queueIngredients(batch, user, id)
	w.queueEvent(batch, user, id, presentVersion)
	if err := w.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("replace recipe %s: %w", id, err)
	}
	return nil
}

// requireVersions checks that the bare side did the work.
func (w *bareWriter) requireVersions(b *testing.B) {
	b.Helper()
	var versions, changes, entries, ingredients int
	err := w.pool.QueryRow(b.Context(), `SELECT (SELECT sum(version) FROM recipes), (SELECT sum(change) FROM user_changes),
		(SELECT count(*) FROM event_log), (SELECT count(*) FROM ingredients)`).Scan(&versions, &changes, &entries, &ingredients)
	require.NoError(b, err)
	require.Greater(b, versions, workers)
	require.Equal(b, []int{versions, versions, 8 * workers}, []int{changes, entries, ingredients})
}
