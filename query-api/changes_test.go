package queryapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
)

// changePage is the answer to /api/changes.
type changePage struct {
	Changes []change `json:"changes"`
	Next    int64    `json:"next"`
	More    bool     `json:"more"`
}

type change struct {
	Change  int64          `json:"change"`
	ID      string         `json:"id"`
	Version int64          `json:"version"`
	Deleted bool           `json:"deleted"`
	Recipe  *events.Recipe `json:"recipe"`
}

// A client that was offline gets each changed recipe once, in its current state, in order of last
// change, and deleted ones without their text.
func TestChangesSinceTellWhatWasMissed(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	soup, pie, cake := ada.write(recipe("Soup")), ada.write(recipe("Pie")), ada.write(recipe("Cake"))
	pie.Version = 2
	ada.write(pie)
	gone := ada.delete(soup)

	var all changePage
	answer := ada.get("/api/changes").ok(&all)
	require.Equal(t, "postgres", answer.servedBy())
	require.Equal(t, changePage{Changes: []change{
		{Change: 3, ID: cake.ID, Version: 1, Recipe: &cake},
		{Change: 4, ID: pie.ID, Version: 2, Recipe: &pie},
		{Change: 5, ID: gone.ID, Version: 2, Deleted: true},
	}, Next: 5}, all)

	var rest changePage
	ada.get("/api/changes?since=4").ok(&rest)
	require.Equal(t, all.Changes[2:], rest.Changes)
	ada.get("/api/changes?since=5").ok(&rest)
	require.Equal(t, changePage{Changes: []change{}, Next: 5}, rest)
}

// The pages together return everything exactly once.
func TestChangesComeInPages(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	for i := range 5 {
		ada.write(recipe(fmt.Sprintf("Soup %d", i)))
	}
	var got []int64
	page := changePage{More: true}
	for page.More {
		ada.get(fmt.Sprintf("/api/changes?limit=2&since=%d", page.Next)).ok(&page)
		require.LessOrEqual(t, len(page.Changes), 2)
		for _, c := range page.Changes {
			got = append(got, c.Change)
		}
	}
	require.Equal(t, []int64{1, 2, 3, 4, 5}, got)
}

// A page of long recipes ends early, to save memory, and reports more.
func TestChangesOfLongRecipesEndAPageEarly(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	for range 4 {
		r := recipe("Long")
		r.Notes = strings.Repeat("x", 900<<10)
		ada.write(r)
	}
	var first, second changePage
	ada.get("/api/changes").ok(&first)
	require.Len(t, first.Changes, 2)
	require.True(t, first.More)
	ada.get(fmt.Sprintf("/api/changes?since=%d", first.Next)).ok(&second)
	require.Len(t, second.Changes, 2)
	require.False(t, second.More)
}

// An invalid number is refused by its parameter's name.
func TestChangesLimitsNameTheParameter(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	for query, field := range map[string]string{
		"since=-1": "since", "since=x": "since", "since=99999999999999999999": "since",
		"limit=0": "limit", "limit=501": "limit",
	} {
		problem := ada.get("/api/changes?" + query).problem(http.StatusBadRequest)
		require.Contains(t, problem, field, query)
	}
	var page changePage
	ada.get("/api/changes?since=9223372036854775807").ok(&page)
	require.Empty(t, page.Changes)
}
