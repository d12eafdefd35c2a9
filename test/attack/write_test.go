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

// largeRecipe is a recipe of about 934 KB.
func largeRecipe(tb testing.TB) []byte {
	tb.Helper()
	steps := make([]map[string]any, 95)
	for i := range steps {
		steps[i] = map[string]any{"text": strings.Repeat("Stir it well. ", 9_800/14)}
	}
	body, err := json.Marshal(map[string]any{"name": "Large", "steps": steps})
	require.NoError(tb, err)
	return body
}

// Large writes to one recipe, which wait for each other, keep nobody else waiting.
func TestLargeWritesToOneRecipe(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	attacker := server.AddUser(t, "attacker")
	created, _ := attacker.Create(t, larder.Named("Large"))
	body := largeRecipe(t)
	path := "/api/recipes/" + created.ID
	attacker.Do(t, http.MethodPut, path, body, "If-Match", `"1"`).Want(t, http.StatusOK)
	trial{
		attack: "40 at once: PUT of 934 KB on one recipe",
		victim: []act{writes(victim), reads(t, victim)},
		atOnce: 40,
		strike: func(context.Context, int, int) (larder.Answer, error) {
			return attacker.Try(larder.Request{Method: http.MethodPut, Path: path, Body: body})
		},
	}.run(t)
}
