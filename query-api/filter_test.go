package queryapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
)

// A cook finds what has leeks and no meat under thirty minutes, in any spelling, in the order asked
// for; the index and the database agree, and their cursors are interchangeable.
func TestFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	day := 0
	add := func(name string, minutes int, rows ...string) {
		r := recipe(name)
		day++
		r.CreatedAt = time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
		r.UpdatedAt = time.Date(2026, 2, 10-day, 0, 0, 0, 0, time.UTC)
		r.TotalMinutes, r.PrepMinutes, r.CookMinutes, r.Ingredients = nil, nil, nil, nil
		if minutes > 0 {
			r.PrepMinutes, r.CookMinutes = new(5), new(minutes-5)
		}
		for _, text := range rows {
			r.Ingredients = append(r.Ingredients, events.Ingredient{Text: text})
		}
		r.Favourite = minutes == 60 || minutes == 25
		if minutes > 0 {
			r.Rating = new(minutes / 12)
		}
		ada.add(r)
	}
	add("Leek soup", 25, "2 leeks, sliced", "1 tbsp extra virgin olive oil")
	add("Leek and ham tart", 20, "2 Leeks", "200 g smoked ham")
	add("Leek gratin", 60, "4 large leeks", "50 g Gruyère")
	add("Salad", 0, "12 olives", "a leek")
	check := func(query string, want ...string) {
		t.Helper()
		var p page
		ada.get("/api/recipes?" + query).ok(&p)
		require.Equal(t, want, p.names(), query)
		require.Equal(t, len(want), p.Total, query)
	}
	all := func() {
		t.Helper()
		check("with=leek&without=meat&max_minutes=30", "Leek soup")
		check("with=LEEKS", "Leek and ham tart", "Leek gratin", "Leek soup", "Salad")
		check("with=leek&with=ol%C3%ADve%20oil", "Leek soup")
		check("without=Fleisch&without=olive", "Leek gratin")
		check("with=cheese", "Leek gratin")
		check("q=gratin&with=leek", "Leek gratin")
		check("sort=newest", "Salad", "Leek gratin", "Leek and ham tart", "Leek soup")
		check("sort=changed", "Leek soup", "Leek and ham tart", "Leek gratin", "Salad")
		check("sort=time&with=leek", "Leek and ham tart", "Leek soup", "Leek gratin", "Salad")
		check("sort=rating", "Leek gratin", "Leek soup", "Leek and ham tart", "Salad")
		check("favourite=true", "Leek gratin", "Leek soup")
		check("favourite=true&max_minutes=30&sort=rating", "Leek soup")
		check("favourite=false&q=tart", "Leek and ham tart")
		check("sort=name&q=leek", "Leek and ham tart", "Leek gratin", "Leek soup")
		var foods []counted
		ada.get("/api/foods?prefix=L%C3%A9&limit=2").ok(&foods)
		require.Equal(t, []counted{{"leek", 4}}, foods)
		ada.get("/api/foods?prefix=oli").ok(&foods)
		require.Equal(t, []counted{{"olive", 2}, {"olive oil", 1}}, foods)
	}
	all()
	var first, second page
	require.Equal(t, "search", ada.get("/api/recipes?sort=time&limit=2").ok(&first).servedBy())
	require.NoError(t, w.index.Close())
	require.Equal(t, "postgres", ada.get("/api/recipes?sort=time&limit=2&cursor="+*first.NextCursor).ok(&second).servedBy())
	require.Equal(t, []string{"Leek gratin", "Salad"}, second.names())
	all()
}

// A filter that can't be is refused by the name of its parameter.
func TestFilterRefused(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	for query, parameter := range map[string]string{
		"sort=colour": "sort", "favourite=maybe": "favourite", "max_minutes=0": "max_minutes", "max_minutes=x": "max_minutes", "max_minutes=-5": "max_minutes",
	} {
		require.Contains(t, ada.get("/api/recipes?"+query).problem(http.StatusBadRequest), parameter, query)
	}
}
