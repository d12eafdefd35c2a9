package queryapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type counted struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// The index counts the tags once it has the caller's write; before that, or without an index, the
// database does, by the same rules.
func TestTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.cook("Ada"), w.cook("Bob")
	var tags []counted
	require.Equal(t, "[]", string(ada.get("/api/tags").body), "none is a list, too")

	ada.add(recipe("Soup", "Winter", "quick"))
	ada.add(recipe("Stew", "winter", "Été"))
	bob.add(recipe("Toast", "secret"))
	require.Equal(t, "search", ada.get("/api/tags").ok(&tags).servedBy())
	require.Equal(t, []counted{{"Winter", 2}, {"Été", 1}, {"quick", 1}}, tags)

	both := []counted{{"Été", 2}, {"Winter", 2}, {"quick", 1}}
	late := ada.write(recipe("Pie", "été"))
	ada.noted(late)
	answer := ada.get("/api/tags").ok(&tags)
	require.Equal(t, "postgres", answer.servedBy())
	require.Equal(t, both, tags)
	ada.indexed(late, false)
	require.Equal(t, "search", ada.get("/api/tags").ok(&tags).servedBy())
	require.Equal(t, both, tags)

	require.NoError(t, w.index.Close())
	require.Equal(t, "postgres", ada.get("/api/tags").ok(&tags).servedBy())
	require.Equal(t, both, tags)
}
