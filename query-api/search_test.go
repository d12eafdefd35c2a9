package queryapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/testkit/indexkit"
	"larder.dev/projectors/views"
	queryapi "larder.dev/query-api"
)

// A blank search returns all recipes once, in pages ordered by name, with the total on each page
// and a null cursor on the last.
func TestBlankSearchPagesThroughAll(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	var want []string
	for i := range 7 {
		want = append(want, ada.add(recipe(fmt.Sprintf("Soup %d", i))).Name)
	}
	var got []string
	next := ""
	for more := true; more; {
		var p page
		answer := ada.get("/api/recipes?limit=3" + next).ok(&p)
		require.Equal(t, "search", answer.servedBy())
		require.Equal(t, 7, p.Total)
		got = append(got, p.names()...)
		more = p.NextCursor != nil
		if more {
			next = "&cursor=" + url.QueryEscape(*p.NextCursor)
		}
	}
	require.Equal(t, want, got)
}

// An item shows what a list needs, identically from the cache and the database.
func TestItemsAreTheSameFromCacheAndDatabase(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	warm, cold := recipe("Soup", "hot", "Été"), recipe("Soup", "hot", "Été")
	warm.Tags, cold.Tags = []string{}, []string{}
	cold.UpdatedAt = warm.UpdatedAt
	ada.add(warm)
	ada.write(cold)
	ada.indexed(cold, false)

	var p page
	answer := ada.get("/api/recipes?q=soup").ok(&p)
	require.Equal(t, "search", answer.servedBy())
	require.Len(t, p.Items, 2)
	require.Equal(t, warm.Servings, p.Items[0].Servings)
	require.Equal(t, warm.PrepMinutes, p.Items[0].PrepMinutes)
	require.Nil(t, p.Items[0].CookMinutes)
	require.True(t, warm.UpdatedAt.Equal(p.Items[0].UpdatedAt))
	p.Items[0].ID, p.Items[1].ID = "", ""
	require.Equal(t, p.Items[0], p.Items[1])
}

// List items come from the cache alone, even if a summary is longer than the head that is read
// first, or the value was cached before there were summaries.
func TestItemsComeFromTheCache(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	short, long, legacy := recipe("Soup one", "hot"), recipe("Soup two"), recipe("Soup three", "hot")
	for i := range 30 {
		long.Tags = append(long.Tags, fmt.Sprintf("%d %s", i, strings.Repeat("long ", 10)))
	}
	for _, r := range []events.Recipe{short, long, legacy} {
		ada.cached(r, false) // not in any database
		ada.indexed(r, false)
	}
	value := fmt.Appendf(nil, "1 %s", encode(t, legacy))
	require.NoError(t, ada.w.redis.Set(t.Context(), views.CacheKey(ada.id, legacy.ID), value, views.CacheTTL))
	var p page
	require.Equal(t, []string{"Soup one", "Soup three", "Soup two"}, ada.get("/api/recipes?q=soup").page(&p).names())
	require.Equal(t, long.Tags, p.Items[2].Tags)
	require.Equal(t, legacy.Tags, p.Items[1].Tags)
}

// A word is found regardless of position, case and accents; a tag narrows; an exact match ranks
// before a typo's.
func TestSearchByWordAndTag(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	ada.add(recipe("Crème brûlée", "Dessert"))
	ada.add(recipe("A pork pie", "Main"))
	ada.add(recipe("Purk", "Main"))
	var p page
	require.Equal(t, []string{"Crème brûlée"}, ada.get("/api/recipes?q=BRULEE").page(&p).names())
	require.Equal(t, []string{"A pork pie", "Purk"}, ada.get("/api/recipes?q=pork").page(&p).names())
	require.Equal(t, []string{"Crème brûlée"}, ada.get("/api/recipes?tag=dessert").page(&p).names())
	require.Empty(t, ada.get("/api/recipes?q=pork&tag=dessert").page(&p).names())
}

// patience is enough for a loaded machine to see a write in the index, and short enough to wait for
// one that never comes.
const patience = 500 * time.Millisecond

// While the index is behind, the database answers, so that the caller's own write is found; once
// the index has the write, it answers again.
func TestSearchHasOnesOwnLastWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *queryapi.Deps) { d.SearchWait = patience })
	ada := w.cook("Ada")
	ada.add(recipe("Old soup"))
	made := ada.write(recipe("New soup"))
	ada.noted(made)

	var p page
	answer := ada.get("/api/recipes").ok(&p)
	require.Equal(t, "postgres", answer.servedBy())
	require.Equal(t, []string{"New soup", "Old soup"}, p.names())

	ada.indexed(made, false)
	answer = ada.get("/api/recipes").ok(&p)
	require.Equal(t, "search", answer.servedBy())
	require.Equal(t, []string{"New soup", "Old soup"}, p.names())
}

// A write whose mark expired, or was lost with its Redis, is still found, even if an earlier search
// saw the index up to date; once the index has it, the index answers.
func TestSearchHasAWriteWithoutAMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *queryapi.Deps) { d.SearchWait = patience })
	ada := w.cook("Ada")
	old := ada.write(recipe("Old soup"))
	var p page
	require.Equal(t, "postgres", ada.get("/api/recipes").ok(&p).servedBy(), "nothing is known of the index yet")
	ada.indexed(old, false)
	require.Equal(t, "search", ada.get("/api/recipes").ok(&p).servedBy())

	made := ada.write(recipe("New soup"))
	_, err := w.redis.DeletePrefix(t.Context(), "written:")
	require.NoError(t, err)
	require.Equal(t, "postgres", ada.get("/api/recipes").ok(&p).servedBy())
	require.Equal(t, []string{"New soup", "Old soup"}, p.names())
	ada.indexed(made, false)
	require.Equal(t, "search", ada.get("/api/recipes").ok(&p).servedBy())
	require.Equal(t, []string{"New soup", "Old soup"}, p.names())
}

// The header requests a write that has no mark any more, and a deletion counts as one.
func TestSearchHasTheWriteThatTheHeaderNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *queryapi.Deps) { d.SearchWait = patience })
	ada := w.cook("Ada")
	gone := ada.delete(ada.add(recipe("Soup")))
	var p page
	after := fmt.Sprintf("%s@%d", gone.ID, gone.Version)
	answer := ada.get("/api/recipes", "Larder-After", after).ok(&p)
	require.Equal(t, "postgres", answer.servedBy())
	require.Empty(t, p.Items)

	ada.indexed(gone, true)
	answer = ada.get("/api/recipes", "Larder-After", after).ok(&p)
	require.Equal(t, "search", answer.servedBy())
	require.Empty(t, p.Items)
	ada.get("/api/recipes", "Larder-After", "nonsense").problem(http.StatusBadRequest)
}

// A search doesn't wait for a version that was never written, whatever the id: anyone could name
// one.
func TestSearchDoesNotWaitForWhatWasNeverWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *queryapi.Deps) { d.SearchWait = time.Hour })
	ada := w.cook("Ada")
	soup := ada.add(recipe("Soup"))
	for _, id := range []string{soup.ID, w.cook("Bob").add(recipe("Bread")).ID, uuid.NewString(), "nothing"} {
		for _, path := range []string{"/api/recipes?q=soup", "/api/tags"} {
			answer := ada.get(path, "Larder-After", id+"@999999999")
			require.Equal(t, http.StatusOK, answer.status, "%s", answer.body)
			require.Equal(t, "search", answer.servedBy(), path)
		}
	}
}

// The wait ends when the index gets the write, not at its timeout.
func TestSearchWaitsForTheIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *queryapi.Deps) { d.SearchWait = time.Minute })
	ada := w.cook("Ada")
	ada.add(recipe("Bread")) // the first document creates the index, which can then be waited for
	made := ada.write(recipe("Soup"))
	ada.noted(made)
	answers := make(chan answer)
	go func() { answers <- ada.get("/api/recipes") }()
	ada.indexed(made, false)
	select {
	case answer := <-answers:
		require.Equal(t, "search", answer.servedBy())
	case <-time.After(30 * time.Second):
		t.Fatal("the search didn't see that the index has the write")
	}
}

// Without an index, or with a failing one, the database answers by the same rules, and cursors are
// interchangeable.
func TestSearchWithoutAnIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	for _, name := range []string{"Beet soup", "Apple soup", "Soup", "Cold soop"} {
		ada.add(recipe(name, "x"))
	}
	var first, second page
	require.Equal(t, []string{"Apple soup", "Beet soup"}, ada.get("/api/recipes?q=soup&tag=x&limit=2").page(&first).names())
	require.NoError(t, w.index.Close())

	answer := ada.get("/api/recipes?q=soup&tag=x&limit=2&cursor=" + *first.NextCursor).ok(&second)
	require.Equal(t, "postgres", answer.servedBy())
	require.Equal(t, []string{"Soup", "Cold soop"}, second.names())
	require.Equal(t, 3, second.Total, "what matches by a typo doesn't count")
	require.Equal(t, 1, second.Similar)

	without := newWorld(t, func(d *queryapi.Deps) {
		d.Index, d.Primary, d.Redis, d.Sessions = nil, w.db, w.redis, identity.NewSessions(w.redis)
	})
	other := &cook{w: without, id: ada.id, token: ada.token}
	answer = other.get("/api/recipes?q=soup").ok(&first)
	require.Equal(t, "postgres", answer.servedBy())
	require.Equal(t, []string{"Apple soup", "Beet soup", "Soup", "Cold soop"}, first.names())
}

// Hits that the database no longer has are omitted, and recipes newer in the database than in the
// cache are shown in their current state.
func TestItemsAreNotOlderThanTheIndex(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	gone := ada.add(recipe("Gone soup"))
	ada.cached(ada.delete(gone), true)
	renamed := ada.add(recipe("Soup"))
	renamed.Version, renamed.Name = 2, "Renamed soup"
	ada.write(renamed)
	ada.indexed(renamed, false)
	var p page
	require.Equal(t, []string{"Renamed soup"}, ada.get("/api/recipes?q=soup").page(&p).names())
	require.EqualValues(t, 2, p.Items[0].Version)
}

// Violating a parameter's limit is a 400 that names it.
func TestSearchLimitsNameTheParameter(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	long := strings.Repeat("a", 201)
	for query, field := range map[string]string{
		"limit=0": "limit", "limit=101": "limit", "limit=x": "limit", "limit=1.5": "limit",
		"q=" + long: "q", "tag=" + long: "tag", "cursor=nonsense": "cursor", "q=a%00b": "q", "q=%ff": "q",
	} {
		problem := ada.get("/api/recipes?" + query).problem(http.StatusBadRequest)
		require.Contains(t, problem, `"field":"`+field+`"`, query)
	}
}

// The database orders names of all kinds like the index: a list doesn't jump when one replaces the
// other.
func TestDatabaseOrderIsIndexOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	for _, name := range []string{"Zuppa", "ÄPFEL", "apfel", "1 soup", "Soup", "soup", "🍲", "Ålesund", "S", ""} {
		ada.add(recipe(name + "."))
	}
	var indexed, stored page
	ada.get("/api/recipes").ok(&indexed)
	require.NoError(t, w.index.Close())
	ada.get("/api/recipes").ok(&stored)
	require.Equal(t, indexed, stored)
}

// A search that is too costly is refused with a helpful text, whichever engine would answer: the
// database isn't tried instead, as it would take even longer. The index is the embedded one, which
// notices a timeout at once; Elasticsearch's own tests make a search slow.
func TestSearchThatCostsTooMuch(t *testing.T) {
	t.Parallel()
	index := indexkit.Embedded(t)
	for name, option := range map[string]func(*queryapi.Deps){
		"index":    func(deps *queryapi.Deps) { deps.Index = index },
		"database": func(deps *queryapi.Deps) { deps.Index = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ada := newWorld(t, option, func(deps *queryapi.Deps) { deps.SearchCost.Time = time.Nanosecond }).cook("Ada")
			soup := ada.add(recipe("Soup"))
			doc := searchindex.Document{ID: soup.ID, Owner: ada.id, Name: soup.Name, Version: soup.Version}
			require.NoError(t, index.Apply(t.Context(), []searchindex.Document{doc}))
			answer := ada.get("/api/recipes?q=soup")
			require.Contains(t, answer.problem(http.StatusUnprocessableEntity), "Ask for fewer or longer words.")
			require.Empty(t, answer.servedBy())
		})
	}
}
