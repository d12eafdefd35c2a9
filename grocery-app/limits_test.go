package groceryapp_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	groceryapp "larder.dev/grocery-app"
	"larder.dev/internal/limits"
	"larder.dev/internal/testkit"
)

func adding(text string) map[string]any {
	return map[string]any{"id": uuid.NewString(), "kind": "add", "parts": []string{uuid.NewString()}, "text": text}
}

// A list has a limit: further items are refused by hand, all or none of a batch, and dropped from a
// recipe's request; the answer names the operation without which the rest fits. Operations that
// shorten the list always succeed.
func TestItemsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.limit = func(d *groceryapp.Deps) { d.MaxItems = 3 }
	w.start()
	ada := w.shopper(true)
	eggs := ada.write("eggs")
	ada.ask("Bread", item(200, "g", "flour"))
	ada.await("eggs", "200 g flour")

	tick := map[string]any{"id": uuid.NewString(), "kind": "tick", "parts": []string{eggs}}
	response, body := ada.send(adding("milk"), adding("salt"), tick)
	require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode, "%s", body)
	var problem struct {
		Type   string `json:"type"`
		Kind   string `json:"kind"`
		Limit  int    `json:"limit"`
		Errors []struct {
			Field string `json:"field"`
		} `json:"errors"`
	}
	require.NoError(t, json.Unmarshal(body, &problem))
	require.Equal(t, "urn:larder:problem:quota", problem.Type)
	require.Equal(t, "list_items", problem.Kind)
	require.Equal(t, 3, problem.Limit)
	require.Equal(t, "operations[1]", problem.Errors[0].Field)
	require.Equal(t, []string{"eggs", "200 g flour"}, ada.lines())

	response, body = ada.send(adding("milk"), tick)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", body)
	ada.ask("Cake", item(1, "", "lemon"), item(2, "", "plums"))
	bob := w.shopper(true)
	bob.ask("Pie", item(1, "", "apple")) // follows it on the feed
	bob.await("1 apple")
	require.Equal(t, []string{"milk", "200 g flour", "x eggs"}, ada.lines())

	removed := ada.operate("remove", map[string]any{"parts": []string{eggs}})
	ada.write("pepper")
	response, _ = ada.send(map[string]any{
		"id": uuid.NewString(), "kind": "restore", "parts": []string{eggs}, "of": []string{removed},
	})
	require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode)
}

// One person's open streams are limited; another is refused until one ends, and nobody else is
// affected.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.limit = func(d *groceryapp.Deps) {
		var err error
		d.Throttle, err = limits.New(limits.Limits{limits.Stream: {AtOnce: 3}}, nil)
		require.NoError(t, err)
	}
	w.start()
	ada, bob := w.shopper(true), w.shopper(true)
	for range 3 {
		testkit.Wait(t, ada.follow(), "the stream to open")
	}
	other := w.phone(ada.user.ID, true)
	response, body := other.do(http.MethodGet, "/grocery/api/events", "")
	require.Equal(t, http.StatusTooManyRequests, response.StatusCode, "%s", body)
	require.NotEmpty(t, response.Header.Get("Retry-After"))
	require.Contains(t, string(body), `"kind":"stream"`)
	testkit.Wait(t, bob.follow(), "the stream to open")
	require.Empty(t, ada.lines(), "and reads as before")

	require.NoError(t, w.sessions.End(t.Context(), ada.token)) // which ends her streams
	testkit.Until(t, "a stream is let in again", func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+"/grocery/api/events", nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+other.token)
		response, err := w.server.Client().Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode == http.StatusOK
	})
}
