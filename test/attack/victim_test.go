package attack

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"larder.dev/test/larder"
)

// victimsRecipes is how many recipes the victim has: as many as on a cook's shelf.
const victimsRecipes = 300

// cook creates a victim with recipes to search and read.
func cook(tb testing.TB, server *larder.Server) *larder.Client {
	tb.Helper()
	victim := server.AddUser(tb, "victim", "--grocery")
	lines, _ := larder.Lines(tb, victimsRecipes)
	server.MustRun(tb, "", "import", "--user", "victim", larder.WriteLines(tb, lines))
	server.CaughtUp(tb)
	return victim
}

// searches searches for a word in the victim's names.
func searches(victim *larder.Client) act {
	words := []string{"soup", "bread", "cake", "chicken", "pie", "salad", "rice", "sauce"}
	return act{"search", func(n int) (larder.Answer, error) {
		return victim.Try(larder.Request{Method: http.MethodGet, Path: "/api/recipes?limit=20&q=" + url.QueryEscape(words[n%len(words)])})
	}}
}

// reads reads one recipe after another.
func reads(tb testing.TB, victim *larder.Client) act {
	tb.Helper()
	items := victim.Search(tb, "limit", "50").Items
	return act{"read", func(n int) (larder.Answer, error) {
		return victim.Try(larder.Request{Method: http.MethodGet, Path: "/api/recipes/" + items[n%len(items)].ID})
	}}
}

// writes creates recipes.
func writes(victim *larder.Client) act {
	return act{"write", func(n int) (larder.Answer, error) {
		return victim.Try(larder.Request{Method: http.MethodPost, Path: "/api/recipes", Body: larder.Named(fmt.Sprintf("Soup of the day %d", n))})
	}}
}
