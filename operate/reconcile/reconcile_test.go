package reconcile_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/testkit"
	"larder.dev/operate/reconcile"
	"larder.dev/projectors"
	"larder.dev/projectors/views"
)

// Whatever a store has lost, retained or corrupted is classified correctly, and repaired by
// republishing. Afterwards nothing differs.
func TestEachDamageIsFoundAndMended(t *testing.T) {
	t.Parallel()
	for _, damage := range []struct {
		name string
		do   func(c *cook, kept, gone string)
		want []reconcile.Difference
	}{
		{"a document deleted", func(c *cook, _, _ string) {
			_, err := c.index.Erase(c.Context(), c.id)
			require.NoError(c, err)
		}, []reconcile.Difference{{Store: "search", Kind: reconcile.Missing, Subject: "kept"}, {Store: "search", Kind: reconcile.Missing, Subject: "gone"}}},
		{"a document put back", func(c *cook, _, gone string) {
			doc := searchindex.Document{ID: gone, Owner: c.id, Name: "Old Soup", Version: 2, Again: true}
			require.NoError(c, c.index.Apply(c.Context(), []searchindex.Document{doc}))
		}, []reconcile.Difference{{Store: "search", Kind: reconcile.TooMuch, Subject: "gone"}}},
		{"a document taken for deleted", func(c *cook, kept, _ string) {
			doc := searchindex.Document{ID: kept, Owner: c.id, Version: 1, Deleted: true, Again: true}
			require.NoError(c, c.index.Apply(c.Context(), []searchindex.Document{doc}))
		}, []reconcile.Difference{{Store: "search", Kind: reconcile.Missing, Subject: "kept"}}},
		{"a document with other tags", func(c *cook, kept, _ string) {
			doc := searchindex.Document{ID: kept, Owner: c.id, Name: "Leek Soup", Tags: []string{"soup"}, Version: 1, Again: true}
			require.NoError(c, c.index.Apply(c.Context(), []searchindex.Document{doc}))
		}, []reconcile.Difference{{Store: "search", Kind: reconcile.Stale, Subject: "kept"}}},
		{"a cached recipe changed", func(c *cook, kept, _ string) {
			require.NoError(c, c.redis.Set(c.Context(), views.CacheKey(c.id, kept), []byte(`1 {"name":"Stew"}`), time.Hour))
		}, []reconcile.Difference{{Store: "cache", Kind: reconcile.Stale, Subject: "kept"}}},
		{"a cached recipe that can't be read", func(c *cook, kept, _ string) {
			require.NoError(c, c.redis.Set(c.Context(), views.CacheKey(c.id, kept), []byte(`rubbish`), time.Hour))
		}, []reconcile.Difference{{Store: "cache", Kind: reconcile.Stale, Subject: "kept"}}},
		{"a cached recipe put back", func(c *cook, _, gone string) {
			require.NoError(c, c.redis.Set(c.Context(), views.CacheKey(c.id, gone), []byte(`1 {"name":"Stew"}`), time.Hour))
		}, []reconcile.Difference{{Store: "cache", Kind: reconcile.TooMuch, Subject: "gone"}}},
		{"a cached recipe gone, which is none", func(c *cook, kept, _ string) {
			_, err := c.redis.Del(c.Context(), views.CacheKey(c.id, kept))
			require.NoError(c, err)
		}, nil},
		{"a row changed", func(c *cook, kept, _ string) {
			c.exec(c.backup, `UPDATE recipes SET notes = 'changed' WHERE id = $1`, kept)
		}, []reconcile.Difference{{Store: "replica", Kind: reconcile.Stale, Subject: "kept"}}},
		{"a row of ingredients lost", func(c *cook, kept, _ string) {
			c.exec(c.backup, `DELETE FROM ingredients WHERE recipe_id = $1 AND position = 1`, kept)
		}, []reconcile.Difference{{Store: "replica", Kind: reconcile.Stale, Subject: "kept"}}},
		{"a row lost", func(c *cook, kept, _ string) {
			c.exec(c.backup, `DELETE FROM recipes WHERE id = $1`, kept)
		}, []reconcile.Difference{{Store: "replica", Kind: reconcile.Missing, Subject: "kept"}}},
		{"a row put back", func(c *cook, _, gone string) {
			c.exec(c.backup, `UPDATE recipes SET deleted_at = NULL, version = 1 WHERE id = $1`, gone)
		}, []reconcile.Difference{{Store: "replica", Kind: reconcile.TooMuch, Subject: "gone"}}},
		{"an account changed", func(c *cook, _, _ string) {
			c.exec(c.backup, `UPDATE users SET grocery = false WHERE id = $1`, c.id)
		}, []reconcile.Difference{{Store: "replica", Kind: reconcile.Stale, Subject: "account"}}},
		{"a message purged", func(c *cook, kept, _ string) {
			_, err := c.conn.Purge(c.Context(), events.Stream, c.subject(kept))
			require.NoError(c, err)
		}, []reconcile.Difference{{Store: "stream", Kind: reconcile.Missing, Subject: "kept"}}},
		{"all messages purged", func(c *cook, _, _ string) {
			_, err := c.conn.Purge(c.Context(), events.Stream, "")
			require.NoError(c, err)
		}, []reconcile.Difference{
			{Store: "stream", Kind: reconcile.Missing, Subject: "kept"},
			{Store: "stream", Kind: reconcile.Missing, Subject: "gone"},
			{Store: "stream", Kind: reconcile.Missing, Subject: "account"},
		}},
	} {
		t.Run(damage.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.cook("ada")
			kept, gone := c.recipe("Leek Soup"), c.recipe("Old Soup")
			c.remove(gone)
			w.cook("bob").recipe("Bob's")
			w.settled()
			subjects := map[string]string{"kept": c.subject(kept), "gone": c.subject(gone), "account": events.UserSubject(c.id)}
			damage.do(c, kept, gone)
			var want []string
			for _, d := range damage.want {
				want = append(want, fmt.Sprint(d.Store, d.Kind, subjects[d.Subject]))
			}
			found := func(options reconcile.Options) []string {
				options.User = c.id
				result, list := w.reconcile(options)
				require.Zero(t, result.Waiting)
				require.EqualValues(t, 3, result.Compared)
				var all []string
				for _, d := range list {
					require.Equal(t, options.Repair, d.Mended, d)
					all = append(all, fmt.Sprint(d.Store, d.Kind, d.Subject))
				}
				return all
			}
			require.ElementsMatch(t, want, found(reconcile.Options{}))
			require.ElementsMatch(t, want, found(reconcile.Options{}), "looking mends nothing")
			require.ElementsMatch(t, want, found(reconcile.Options{Repair: true}))
			require.Empty(t, found(reconcile.Options{}))
			if damage.name != "all messages purged" {
				_, all := w.reconcile(reconcile.Options{})
				require.Empty(t, all)
			}
		})
	}
}

// What was never in the ledger can't be repaired by an event: it is found in each view, and
// reported as needing a rebuild.
func TestWhatTheLedgerNeverHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cook("ada")
	c.recipe("Soup")
	w.settled()
	stray, stranger := uuid.NewString(), uuid.NewString()
	for _, owner := range []string{c.id, stranger} {
		require.NoError(t, w.index.Apply(t.Context(), []searchindex.Document{{ID: stray, Owner: owner, Name: "Stray", Version: 1}}))
		require.NoError(t, w.redis.Set(t.Context(), views.CacheKey(owner, stray), []byte(`1 {}`), time.Hour))
		w.exec(w.backup, `INSERT INTO recipes SELECT $1, $2, version, change, name, description, servings, prep_minutes,
			cook_minutes, source_url, tags, notes, steps, files, created_at, updated_at, deleted_at FROM recipes LIMIT 1`, owner, stray)
	}
	w.exec(w.backup, `INSERT INTO users SELECT $1, 'Eve', 'eve', '', false, false, false, 1, created_at, updated_at FROM users LIMIT 1`, stranger)

	result, found := w.reconcile(reconcile.Options{Repair: true})
	require.Len(t, found, 7)
	require.Zero(t, result.Mended)
	for _, d := range found {
		require.Equal(t, reconcile.TooMuch, d.Kind, d)
		require.Contains(t, d.Detail, "larder rebuild "+d.Store)
	}
	_, found = w.reconcile(reconcile.Options{User: c.id})
	require.Len(t, found, 3, "of one user, that user's alone")
	for _, view := range []string{"search", "cache", "replica"} {
		require.NoError(t, w.control.Rebuild(testkit.Context(t), view, nothing))
	}
	_, found = w.reconcile(reconcile.Options{})
	require.Empty(t, found)
}

// A view or stream ahead of the ledger is reported, and nothing older is published over it.
func TestAheadOfTheLedger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cook("ada")
	id := c.recipe("Soup")
	w.settled()
	require.Equal(t, http.StatusOK, c.send(http.MethodPut, "/api/recipes/"+id, `{"name":"Stew"}`, "If-Match", `"1"`).Code)
	w.settled()
	w.exec(w.primary, `DELETE FROM event_log WHERE version = 2`)

	result, found := w.reconcile(reconcile.Options{Repair: true})
	require.Zero(t, result.Mended)
	stores := map[string]bool{}
	for _, d := range found {
		require.Equal(t, reconcile.TooMuch, d.Kind, d)
		stores[d.Store] = true
	}
	require.Equal(t, map[string]bool{"stream": true, "search": true, "cache": true, "replica": true}, stores)
	last, _, err := w.conn.Last(t.Context(), events.Stream, c.subject(id))
	require.NoError(t, err)
	require.Equal(t, "2", last.HeaderValue(events.HeaderVersion))
}

// Under load, with writes, deletions, deleted users and rebuilds, it reports no false differences.
func TestNoFalseDifferencesUnderLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cooks := []*cook{w.cook("ada"), w.cook("bob"), w.cook("eve")}
	ids := make([][]string, len(cooks))
	for i, c := range cooks {
		for n := range 20 {
			ids[i] = append(ids[i], c.recipe(fmt.Sprintf("Soup %d", n)))
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var writes atomic.Int64
	var load sync.WaitGroup
	for i, c := range cooks {
		load.Go(func() {
			paced(ctx, 20*time.Millisecond, func(n int) {
				c.write(ids[i][n*7%len(ids[i])], n)
				writes.Add(1)
			})
		})
	}
	load.Go(func() {
		paced(ctx, 500*time.Millisecond, func(n int) {
			view := []string{"search", "replica", "cache"}[n%3]
			if err := w.control.Rebuild(ctx, view, nothing); err != nil && ctx.Err() == nil {
				t.Errorf("rebuild %s: %v", view, err)
			}
		})
	})
	load.Go(func() {
		paced(ctx, 2*time.Second, func(n int) {
			if err := w.guest(ctx, fmt.Sprintf("guest%d", n)); err != nil && ctx.Err() == nil {
				t.Errorf("guest %d: %v", n, err)
			}
		})
	})
	for run := range 3 {
		_, found := w.reconcile(reconcile.Options{Repair: run%2 == 1})
		require.Empty(t, found)
	}
	stop()
	load.Wait()
	require.Greater(t, writes.Load(), int64(50))
	w.settled()
	result, found := w.reconcile(reconcile.Options{})
	require.Empty(t, found)
	require.Zero(t, result.Waiting)
	t.Logf("%d writes, %d compared", writes.Load(), result.Compared)
}

// An event waiting for the relay counts as pending, not as a difference.
func TestWhatIsOnItsWayIsNoDifference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cook("ada")
	id := c.recipe("Soup")
	w.settled()
	w.stopRelay()
	require.Equal(t, http.StatusOK, c.send(http.MethodPut, "/api/recipes/"+id, `{"name":"Stew"}`, "If-Match", `"1"`).Code)
	result, found := w.reconcile(reconcile.Options{Repair: true})
	require.Empty(t, found)
	require.EqualValues(t, 1, result.Waiting)
	require.EqualValues(t, 2, result.Compared)
}

// Somebody who writes as fast as it compares doesn't keep it from finishing.
func TestAWriterDoesNotKeepItForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cook("ada")
	c.recipe("Soup")
	w.settled()
	result, found := w.reconcile(reconcile.Options{Progress: func(int64, int64) { c.recipe("Stew") }})
	require.Empty(t, found)
	require.EqualValues(t, 2, result.Events)
}

func nothing(projectors.Progress) {}

// paced calls fn at a pace until the context ends.
func paced(ctx context.Context, every time.Duration, fn func(n int)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ticker.C:
			fn(n)
		case <-ctx.Done():
			return
		}
	}
}
