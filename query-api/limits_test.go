package queryapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/limits"
	queryapi "larder.dev/query-api"
)

// Searches, other reads and streams are throttled separately, per person: who has used up searches
// can still read, and others are unaffected.
func TestReadsAreThrottledByKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *queryapi.Deps) {
		var err error
		d.Throttle, err = limits.New(limits.Limits{limits.Search: {PerSecond: 1}, limits.Stream: {AtOnce: 1}}, nil)
		require.NoError(t, err)
	})
	ada, bob := w.cook("Ada"), w.cook("Bob")
	soup := ada.add(recipe("Soup"))
	refused := answer{}
	for range 1000 {
		if refused = ada.get("/api/recipes?q=so"); refused.status != http.StatusOK {
			break
		}
	}
	require.Contains(t, refused.problem(http.StatusTooManyRequests), `"kind":"search"`)
	require.NotEmpty(t, refused.header.Get("Retry-After"))
	ada.get("/api/tags").problem(http.StatusTooManyRequests)
	require.Equal(t, http.StatusOK, ada.get("/api/recipes/"+soup.ID).status)
	require.Equal(t, http.StatusOK, bob.get("/api/recipes?q=so").status)

	ada.events("")
	require.Contains(t, ada.get("/api/events").problem(http.StatusTooManyRequests), `"kind":"stream"`)
	bob.events("")
}
