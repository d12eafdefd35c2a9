package fileservice_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	fileservice "larder.dev/file-service"
	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
	"larder.dev/internal/topology"
	"larder.dev/operate/failback"
)

// inEpoch returns a pool for a database that is set to an epoch.
func inEpoch(t *testing.T, url, epoch string) *pgxpool.Pool {
	t.Helper()
	route := postgres.Route{URL: url, Epoch: epoch}
	pool, err := postgres.Open(t.Context(), url, postgres.Options{
		Application: "file-service test", MaxConns: 4, Steer: func(context.Context) postgres.Route { return route },
	})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

const insertRecipe = `INSERT INTO recipes (user_id, id, version, change, name, description, source_url, tags, notes, steps, files,
	created_at, updated_at) VALUES ($1, $2, 1, 1, 'Pie', '', '', '{}', '', '[]', $3, now(), now())`

// The primary dies right after a file is attached, before replicating it. On the new primary,
// neither a sweep nor removing the same bytes from another recipe deletes them while the old one is
// down, is back and unaware that it was replaced, or is fenced. After the failback the file is
// there. Only then are unreferenced bytes removed.
func TestSweepWaitsForFailback(t *testing.T) {
	t.Parallel()
	old := newWorld(t)
	ada := old.cook()
	fresh := inEpoch(t, testkit.Postgres(t, migrate), "1")
	other := uuid.NewString()
	_, err := fresh.Exec(t.Context(), `INSERT INTO user_changes (user_id, change) VALUES ($1, 1)`, ada.id)
	require.NoError(t, err)
	for _, recipe := range []string{ada.recipe, other} {
		_, err = fresh.Exec(t.Context(), insertRecipe, ada.id, recipe, "[]")
		require.NoError(t, err)
	}
	file := ada.attached("a.txt", []byte("the same bytes"))

	now := *old
	now.db = fresh
	now.deps.Pool, now.deps.Standby = fresh, old.db
	taken := now.another()
	require.NoError(t, topology.SetRole(t.Context(), fresh, 1, topology.Promoting))
	require.NoError(t, topology.SetRole(t.Context(), fresh, 1, topology.Primary))
	kept := func(why string) {
		t.Helper()
		removed, err := taken.service.SweepFiles(t.Context(), time.Now().Add(time.Minute))
		require.ErrorIs(t, err, topology.ErrDisagree, why)
		require.Zero(t, removed, why)
		require.Len(t, ada.keys(), 1, why)
	}
	kept("the old primary is back, and doesn't know that it was replaced")
	cake := ada.at(taken)
	cake.recipe = other
	again := cake.attached("b.txt", []byte("the same bytes"))
	require.Equal(t, file.SHA256, again.SHA256)
	require.Equal(t, http.StatusNoContent, cake.do(http.MethodDelete, "/api/files/"+again.ID, "", nil).status)
	require.Len(t, ada.keys(), 1, "it may be named elsewhere")
	require.NoError(t, topology.SetRole(t.Context(), old.db, 1, topology.Fenced))
	kept("the old primary is fenced")

	brought, err := failback.Bring(t.Context(), old.db, fresh)
	require.NoError(t, err)
	require.Positive(t, brought.Events)
	require.Equal(t, 1, scan[int](cake, `SELECT count(*) FROM recipes, jsonb_array_elements(files) f WHERE f ->> 'sha256' = $1`, file.SHA256))
	kept("the old primary isn't a copy yet")
	require.NoError(t, topology.SetRole(t.Context(), old.db, 1, topology.Standby))
	orphan := cake.attached("c.txt", []byte("nothing names this"))
	require.Equal(t, http.StatusNoContent, cake.do(http.MethodDelete, "/api/files/"+orphan.ID, "", nil).status)
	require.Len(t, ada.keys(), 1, "what is known to be needed nowhere goes at once")
	_, err = taken.service.SweepFiles(t.Context(), time.Now().Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, cake.do(http.MethodGet, file.URL, "", nil).status)
}

// While the other database is down nothing is swept; once it is back, what only it references
// stays.
func TestSweepAsksTheStandby(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t, migrate)
	door := testkit.NewProxy(t, url)
	standby := inEpoch(t, door.URL(), "none")
	w := newWorld(t, func(deps *fileservice.Deps) { deps.Standby = standby })
	c := w.cook()
	f := c.attached("a.txt", []byte("x"))
	_, err := standby.Exec(t.Context(), insertRecipe, c.id, c.recipe, `[{"sha256": "`+f.SHA256+`"}]`)
	require.NoError(t, err)
	_, err = w.db.Exec(t.Context(), `UPDATE recipes SET files = '[]'`)
	require.NoError(t, err)
	sweep := func() (int, error) { return w.service.SweepFiles(t.Context(), time.Now().Add(time.Minute)) }
	removed, err := sweep()
	require.NoError(t, err)
	require.Zero(t, removed, "the standby is behind, and names it")
	door.Cut()
	_, err = sweep()
	require.ErrorIs(t, err, topology.ErrDisagree)
	require.Len(t, c.keys(), 1)
	door.Mend()
	_, err = standby.Exec(t.Context(), `UPDATE recipes SET files = '[]'`)
	require.NoError(t, err)
	removed, err = sweep()
	require.NoError(t, err)
	require.Equal(t, 1, removed)
}
