package queryapi_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/testkit"
	queryapi "larder.dev/query-api"
)

// behindBackup is a world whose primary is down and whose backup is the world's database.
func behindBackup(t *testing.T, primary *pgxpool.Pool) *world {
	t.Helper()
	return newWorld(t, func(d *queryapi.Deps) { d.Backup, d.Primary = d.Primary, primary })
}

// With the primary down, every read is answered from the backup and says so.
func TestReadsGoToTheBackup(t *testing.T) {
	t.Parallel()
	w := behindBackup(t, deadDatabase(t))
	ada := w.cook("Ada")
	r := ada.write(recipe("Soup"))
	for range 3 {
		require.Equal(t, "backup", ada.get("/api/changes").servedBy())
	}
	answer := ada.get("/api/recipes/" + r.ID)
	require.Equal(t, "backup", answer.servedBy())
	require.Equal(t, string(encode(t, r)), string(answer.body))

	require.NoError(t, w.index.Close())
	var p page
	answer = ada.get("/api/recipes").ok(&p)
	require.Equal(t, "backup", answer.servedBy())
	require.Equal(t, []string{"Soup"}, p.names())
	require.NoError(t, w.api.PingDatabase(testkit.Context(t)))
}

// Rows stored as text alone are parsed when read from the backup too, in detail and in the change
// stream.
func TestTheBackupsRowsAreUnderstood(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *queryapi.Deps) { d.Backup, d.Primary = d.Primary, deadDatabase(t) }, onlyBeats)
	ada := w.cook("Ada")
	r := recipe("Soup")
	r.Ingredients, r.Files = []events.Ingredient{{Text: "200 g basmati rice"}}, []events.File{}
	r = ada.write(r)
	r.Ingredients = []events.Ingredient{{Text: "200 g basmati rice", Quantity: new(200.0), Unit: "g", Name: "basmati rice"}}

	var page struct {
		Changes []struct{ Recipe events.Recipe }
	}
	require.Equal(t, "backup", ada.get("/api/changes?since=0").ok(&page).servedBy())
	require.Equal(t, r.Ingredients, page.Changes[0].Recipe.Ingredients)
	for _, from := range []string{"backup", "cache"} {
		answer := ada.get("/api/recipes/"+r.ID, "If-None-Match", `"1"`)
		require.Equal(t, http.StatusOK, answer.status, "who has the row without its parts has another recipe")
		require.Equal(t, from, answer.servedBy())
		require.Equal(t, string(encode(t, r)), string(answer.body))
	}
	require.Equal(t, r.Ingredients, ada.events("?since=0").next().Recipe.Ingredients)
}

// A backup that lags behind the cache doesn't hide what the cache has.
func TestCacheCanBeAheadOfTheBackup(t *testing.T) {
	t.Parallel()
	ada := behindBackup(t, deadDatabase(t)).cook("Ada")
	r := ada.write(recipe("Old"))
	r.Version, r.Name = 2, "New"
	ada.cached(r, false)
	r.Version = 3 // acknowledged, but not replicated when the primary failed
	ada.noted(r)
	answer := ada.get("/api/recipes/" + r.ID)
	require.Equal(t, "cache", answer.servedBy())
	require.Contains(t, string(answer.body), "New")
}

// A recipe that was acknowledged but hadn't reached the backup when the primary failed is
// unavailable, not missing: on a 404 a device would delete its own copy.
func TestBackupThatIsBehindDoesNotSayNotFound(t *testing.T) {
	t.Parallel()
	ada := behindBackup(t, deadDatabase(t)).cook("Ada")
	r := recipe("Soup")
	r.Version = 1
	ada.get("/api/recipes/" + r.ID).problem(http.StatusNotFound)
	answer := ada.get("/api/recipes/"+r.ID, "Larder-After", r.ID+"@1")
	answer.problem(http.StatusServiceUnavailable)
	require.NotEmpty(t, answer.header.Get("Retry-After"))
	ada.noted(r)
	ada.get("/api/recipes/" + r.ID).problem(http.StatusServiceUnavailable)
}

// A primary that accepts connections but never answers delays one request, not every request.
func TestSilentPrimaryIsAskedOnce(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	asked := make(chan struct{}, 100)
	go func() {
		for {
			if _, err := listener.Accept(); err != nil {
				return
			}
			asked <- struct{}{}
		}
	}()
	silent := open(t, "postgres://larder:x@"+listener.Addr().String()+"/larder?sslmode=disable")
	ada := behindBackup(t, silent).cook("Ada")
	ada.write(recipe("Soup"))
	require.Equal(t, "backup", ada.get("/api/changes").servedBy())
	testkit.Wait(t, asked, "the primary to be asked")
	for range 20 {
		require.Equal(t, "backup", ada.get("/api/changes").servedBy())
	}
	require.LessOrEqual(t, len(asked), 1)
}

// A page doesn't lack what the index has while the primary is slow and the backup is behind: the
// primary is waited for.
func TestSlowPrimaryIsAwaitedForWhatTheBackupLacks(t *testing.T) {
	t.Parallel()
	behind := open(t, testkit.Postgres(t, migrate))
	w := newWorld(t, func(d *queryapi.Deps) { d.Backup = behind })
	ada := w.cook("Ada")
	r := ada.write(recipe("Soup"))
	ada.indexed(r, false)

	lock, err := w.db.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = lock.Rollback(context.Background()) }()
	_, err = lock.Exec(t.Context(), `LOCK TABLE recipes`)
	require.NoError(t, err)
	answered := make(chan page)
	go func() {
		var p page
		ada.get("/api/recipes").ok(&p)
		answered <- p
	}()
	// The primary is asked for the last write and for the page, which is given up each time, and then for what the backup
	// lacks.
	questions := map[string]bool{}
	require.Eventually(t, func() bool {
		var since string
		err := w.db.QueryRow(t.Context(), `SELECT coalesce(max(query_start)::text, '') FROM pg_stat_activity
			WHERE wait_event_type = 'Lock' AND datname = current_database()`).Scan(&since)
		require.NoError(t, err)
		questions[since] = since != ""
		delete(questions, "")
		return len(questions) == 3
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, lock.Rollback(t.Context()))
	p := testkit.Wait(t, answered, "the page")
	require.Equal(t, []string{"Soup"}, p.names())
	require.Equal(t, 1, p.Total)
}

// With every database down, cached recipes are still served; the rest is 503 with Retry-After.
func TestWithoutADatabase(t *testing.T) {
	t.Parallel()
	dead := deadDatabase(t)
	for _, backup := range []*pgxpool.Pool{nil, dead} {
		w := newWorld(t, func(d *queryapi.Deps) { d.Primary, d.Backup = dead, backup })
		ada := w.cook("Ada")
		r := ada.add(recipe("Soup"))
		require.Equal(t, "cache", ada.get("/api/recipes/"+r.ID).servedBy())
		var p page
		require.Equal(t, "search", ada.get("/api/recipes").ok(&p).servedBy())
		require.Equal(t, []string{"Soup"}, p.names())

		uncached := recipe("Pie")
		ada.indexed(uncached, false)
		for _, path := range []string{"/api/recipes", "/api/recipes/" + uncached.ID, "/api/changes", "/api/events"} {
			answer := ada.get(path)
			answer.problem(http.StatusServiceUnavailable)
			require.NotEmpty(t, answer.header.Get("Retry-After"), path)
		}
		require.Error(t, w.api.PingDatabase(testkit.Context(t)))
	}
}
