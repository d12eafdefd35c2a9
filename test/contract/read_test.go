package contract_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Every endpoint, given another user's recipe id, answers as if it didn't exist; and the recipe
// stays unchanged.
func boundary(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "boundary-ada", "--grocery")
	ben := s.AddUser(t, "boundary-ben", "--grocery")
	secret, after := ada.Create(t, map[string]any{
		"name": "Quetzal pie", "tags": []string{"hidden"}, "ingredients": []any{map[string]any{"text": "1 egg"}},
	})
	mine, _ := ben.Create(t, larder.Named("Ben's own"))
	events := ben.Stream(t, "/api/events?since=0")

	for _, call := range everyCall(secret.ID) {
		if strings.Contains(call.Path, secret.ID) {
			ben.Do(t, call.Method, call.Path, call.Body, call.Headers...).Want(t, http.StatusNotFound)
		}
	}
	ben.Get(t, secret.ID, "Larder-After", after).Want(t, http.StatusNotFound)
	ben.Get(t, secret.ID, "If-None-Match", `"1"`).Want(t, http.StatusNotFound)
	for _, params := range [][]string{{"q", "quetzal"}, {"q", "quetzla"}, {"tag", "hidden"}} {
		require.Zero(t, ben.Search(t, params...).Total, params)
		require.Equal(t, 1, ada.Search(t, params...).Total, params)
	}
	require.Empty(t, ben.Tags(t))
	require.Equal(t, []string{"Ben's own"}, ben.Search(t).Names())
	for _, change := range ben.Changes(t, 0).Changes {
		require.Equal(t, mine.ID, change.ID)
	}

	// An id belongs to its user: another may have the same one, and neither sees the other's.
	path := "/api/recipes/" + secret.ID
	ben.Do(t, http.MethodPut, path, larder.Named("Ben's of that id"), "If-None-Match", "*").Want(t, http.StatusCreated)
	require.Equal(t, "Quetzal pie", ada.Get(t, secret.ID).Recipe(t).Name)
	require.Equal(t, "Ben's of that id", ben.Get(t, secret.ID).Recipe(t).Name)
	ben.Do(t, http.MethodDelete, path, nil).Want(t, http.StatusNoContent)
	require.Equal(t, secret, ada.Get(t, secret.ID).Recipe(t))

	// Ben's stream has his changes, up to his deletion, and none of ada's.
	for deleted := false; !deleted; {
		change := larder.NextEvent(t, events).Change(t)
		require.Contains(t, []string{mine.ID, secret.ID}, change.ID)
		require.False(t, change.Recipe != nil && change.Recipe.Name == "Quetzal pie")
		deleted = change.Deleted
	}

	// A cursor is useless to another user.
	for i := range 3 {
		ada.Create(t, larder.Named("Page "+strconv.Itoa(i)))
	}
	page := ada.Search(t, "limit", "1")
	require.NotNil(t, page.Next)
	answer := ben.Do(t, http.MethodGet, "/api/recipes?limit=10&cursor="+*page.Next, nil)
	require.NotContains(t, string(answer.Body), "Page ")
}

// Exact matches come first, then prefixes, then typos, each by name; every query word must match.
func ranking(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "ranking-ada")
	for _, name := range []string{
		"Plumb cake", "Plumcot jam", "Plum dumplings", "Cake of plum", "Pflaume", "Apple cake", "Plam pudding",
		"Crème fraîche tart", "Lemon-curd slices", "Shepherd’s Pie", "Pink lemonade", "Pork roast",
	} {
		ada.Create(t, larder.Named(name))
	}
	require.Equal(t, []string{"Cake of plum", "Plum dumplings", "Plumb cake", "Plumcot jam", "Plam pudding"}, ada.Search(t, "q", "plum").Names())
	require.Equal(t, []string{"Cake of plum", "Plumb cake"}, ada.Search(t, "q", "CAKE plum").Names()[:2])
	for query, name := range map[string]string{
		"fraiche creme": "Crème fraîche tart", "curd": "Lemon-curd slices", "shepherd's": "Shepherd’s Pie",
		"sheph": "Shepherd’s Pie", "sheperd": "Shepherd’s Pie", "pork": "Pork roast",
	} {
		require.Equal(t, []string{name}, ada.Search(t, "q", query).Names(), query)
	}
	require.Empty(t, ada.Search(t, "q", "plum zebra").Names())
	require.Equal(t, 12, ada.Search(t, "q", "  ").Total, "blank is all")
}

// Pages of any size return everything once, in name order, and a cursor continues at its position
// while other recipes are added and removed.
func pages(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "pages-ada")
	var lines [][]byte
	for i := range 45 {
		lines = append(lines, fmt.Appendf(nil, `{"name":"Dish %02d"}`, i*2))
	}
	s.MustRun(t, "", "import", "--user", "pages-ada", larder.WriteLines(t, lines))
	s.CaughtUp(t)
	large := ada.All(t, 100)
	require.Len(t, large, 45)
	require.Equal(t, large, ada.All(t, 7))
	require.True(t, slices.IsSortedFunc(large, func(a, b larder.Item) int { return strings.Compare(a.Name, b.Name) }))
	require.Len(t, ada.Search(t).Items, 45, "50 to a page where nothing is said")

	first := ada.Search(t, "limit", "10")
	require.Equal(t, "Dish 18", first.Items[9].Name)
	ada.Create(t, larder.Named("Dish 01")) // before the cursor
	ada.Create(t, larder.Named("Dish 19")) // right after it
	ada.Do(t, http.MethodDelete, "/api/recipes/"+first.Items[9].ID, nil).Want(t, http.StatusNoContent)
	second := ada.Search(t, "limit", "10", "cursor", *first.Next)
	require.Equal(t, []string{"Dish 19", "Dish 20"}, second.Names()[:2])
	require.Equal(t, 46, second.Total)
}

// A tag filters in any case and with any accents, alone and with words.
func tags(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "tags-ada")
	ada.Create(t, map[string]any{"name": "Quick soup", "tags": []string{"Été", "soup"}})
	slow, _ := ada.Create(t, map[string]any{"name": "Slow soup", "tags": []string{"winter", "Soup", "SOUP"}})
	ada.Create(t, larder.Named("Soup without"))
	require.Equal(t, []string{"winter", "Soup"}, slow.Tags, "one tag whatever its case, as it was first written")
	require.Equal(t, []string{"Quick soup"}, ada.Search(t, "tag", "ete").Names())
	require.Equal(t, []string{"Quick soup", "Slow soup"}, ada.Search(t, "tag", "SOUP").Names())
	require.Equal(t, []string{"Slow soup"}, ada.Search(t, "tag", "soup", "q", "slow").Names())
	require.Empty(t, ada.Search(t, "tag", "sou").Names(), "a tag is not a beginning")

	require.Equal(t, []string{"Slow soup"}, ada.Search(t, "tag", "soup", "tag", "winter").Names(), "all of them must match")
	require.Empty(t, ada.Search(t, "tag", "winter", "tag", "ete").Names())
	require.Equal(t, []larder.Tag{{Name: "Soup", Count: 2}, {Name: "Été", Count: 1}, {Name: "winter", Count: 1}}, ada.Tags(t))
	_, after := ada.Create(t, map[string]any{"name": "Third soup", "tags": []string{"winter", "soup"}})
	require.Equal(t, []larder.Tag{{Name: "soup", Count: 3}, {Name: "winter", Count: 2}, {Name: "Été", Count: 1}},
		ada.Tags(t, "Larder-After", after), "one's own write is counted")
}

// Right after each write, the same user's detail and search include it, with the mark and without,
// from any of the user's sessions.
func readYourWrites(t *testing.T, s *larder.Server) {
	t.Helper()
	phone := s.AddUser(t, "writes-ada")
	laptop := s.Login(t, "writes-ada")
	for i := range 25 {
		number := strconv.Itoa(i)
		created, after := phone.Create(t, larder.Named("Fresh "+number))
		for _, who := range []*larder.Client{phone, laptop} {
			require.Equal(t, "Fresh "+number, who.Get(t, created.ID).Want(t, http.StatusOK).Recipe(t).Name)
			require.Equal(t, i+1, who.Search(t).Total)
			answer := who.Do(t, http.MethodGet, "/api/recipes?q="+number, nil, "Larder-After", after).Want(t, http.StatusOK)
			require.Contains(t, string(answer.Body), created.ID)
			require.Contains(t, []string{"search", "postgres"}, answer.Header.Get("Larder-Served-By"))
		}
		path := "/api/recipes/" + created.ID
		phone.Do(t, http.MethodPut, path, larder.Named("Changed "+number), "If-Match", `"1"`).Want(t, http.StatusOK)
		require.Equal(t, "Changed "+number, laptop.Get(t, created.ID).Recipe(t).Name)
		require.Empty(t, laptop.Search(t, "q", "fresh").Names())
	}
}

// Changes come in order, each recipe once with its last one, page by page, including deletions.
func changesSince(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "changes-ada")
	require.Empty(t, ada.Changes(t, 0).Changes)
	var ids []string
	for i := range 5 {
		created, _ := ada.Create(t, larder.Named("Dish "+strconv.Itoa(i)))
		ids = append(ids, created.ID)
	}
	all := ada.Changes(t, 0)
	require.Len(t, all.Changes, 5)
	require.False(t, all.More)
	for i, change := range all.Changes {
		require.Equal(t, ids[i], change.ID)
		require.False(t, change.Deleted)
		require.Equal(t, "Dish "+strconv.Itoa(i), change.Recipe.Name)
	}
	require.Empty(t, ada.Changes(t, all.Next).Changes)
	require.Equal(t, all.Next, ada.Changes(t, all.Next).Next)

	ada.Do(t, http.MethodPut, "/api/recipes/"+ids[0], larder.Named("Again"), "If-Match", `"1"`).Want(t, http.StatusOK)
	ada.Do(t, http.MethodDelete, "/api/recipes/"+ids[1], nil).Want(t, http.StatusNoContent)
	later := ada.Changes(t, all.Next).Changes
	require.Len(t, later, 2)
	require.Equal(t, "Again", later[0].Recipe.Name)
	require.True(t, later[1].Deleted)
	require.Nil(t, later[1].Recipe)

	var paged []larder.Change
	for since, more := int64(0), true; more; {
		var page larder.Changes
		ada.Do(t, http.MethodGet, fmt.Sprintf("/api/changes?since=%d&limit=2", since), nil).Want(t, http.StatusOK).Decode(t, &page)
		require.LessOrEqual(t, len(page.Changes), 2)
		paged = append(paged, page.Changes...)
		since, more = page.Next, page.More
	}
	require.Len(t, paged, 5, "each recipe once")
	require.Equal(t, ada.Changes(t, 0).Changes, paged)
}

// The stream begins at the requested position, continues live, and resumes after the last event.
func serverSentEvents(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "sse-ada")
	first, _ := ada.Create(t, larder.Named("First"))
	fromStart, fromNow := ada.Stream(t, "/api/events?since=0"), ada.Stream(t, "/api/events")
	event := larder.NextEvent(t, fromStart)
	require.Equal(t, "change", event.Name)
	require.Equal(t, first.ID, event.Change(t).ID)
	require.Equal(t, strconv.FormatInt(event.Change(t).Change, 10), event.ID)

	second, _ := ada.Create(t, larder.Named("Second"))
	for _, stream := range []<-chan larder.Event{fromStart, fromNow} {
		require.Equal(t, second.ID, larder.NextEvent(t, stream).Change(t).ID)
	}
	ada.Do(t, http.MethodDelete, "/api/recipes/"+second.ID, nil).Want(t, http.StatusNoContent)
	require.True(t, larder.NextEvent(t, fromNow).Change(t).Deleted)

	resumed := ada.Stream(t, "/api/events?since=0", "Last-Event-ID", event.ID)
	require.Equal(t, second.ID, larder.NextEvent(t, resumed).Change(t).ID)
}

// A stream ends with its session, so that nobody hears more after logging out.
func streamEnds(t *testing.T, s *larder.Server) {
	t.Helper()
	phone := s.AddUser(t, "ends-stream-ada")
	laptop := s.Login(t, "ends-stream-ada")
	stream := phone.Stream(t, "/api/events")
	phone.Do(t, http.MethodDelete, "/api/session", nil).Want(t, http.StatusNoContent)
	laptop.Create(t, larder.Named("After"))
	select {
	case event, open := <-stream:
		require.False(t, open, "a change went to an ended session: %s", event.ID)
	case <-time.After(30 * time.Second):
		require.FailNow(t, "the stream goes on without its session")
	}
}
