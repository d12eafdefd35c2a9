package attack

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// largeRecipe is a recipe of about 934 KB, different for each name.
func largeRecipe(tb testing.TB, name string) []byte {
	tb.Helper()
	steps := make([]map[string]any, 190)
	for i := range steps {
		steps[i] = map[string]any{"text": strings.Repeat("Stir it well. ", 4_900/14)}
	}
	body, err := json.Marshal(map[string]any{"name": name, "steps": steps})
	require.NoError(tb, err)
	return body
}

// Large writes to one recipe, which wait for each other, make nobody else wait.
func TestLargeWritesToOneRecipe(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	attacker := server.AddUser(t, "attacker")
	created, _ := attacker.Create(t, larder.Named("Large"))
	bodies := [][]byte{largeRecipe(t, "Large"), largeRecipe(t, "Larger")} // alternate: each changes something
	path := "/api/recipes/" + created.ID
	attacker.Do(t, http.MethodPut, path, bodies[0], "If-Match", "*").Want(t, http.StatusOK)
	trial{
		attack: "40 at once: PUT of 934 KB on one recipe",
		victim: []act{writes(victim), reads(t, victim)},
		atOnce: 40,
		strike: func(_ context.Context, who, n int) (larder.Answer, error) {
			return attacker.Try(larder.Request{
				Method: http.MethodPut, Path: path, Body: bodies[(who+n)%2], Headers: []string{"If-Match", "*"},
			})
		},
	}.run(t)
}
