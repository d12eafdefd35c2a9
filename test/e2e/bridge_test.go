package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"larder.dev/test/larder"
)

// `larder grocery-bridge` forwards each request, including those from before it ran and while it
// was killed; a receiver that deduplicates by key gets each once.
func TestGroceryBridge(t *testing.T) {
	t.Parallel()
	s := larder.Start(t)
	ada := s.AddUser(t, "ada", "--grocery")
	ask := func(dish, item string) {
		recipe, _ := ada.Create(t, map[string]any{"name": dish, "ingredients": []any{map[string]any{"text": item}}})
		ada.Do(t, http.MethodPost, "/api/recipes/"+recipe.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	}
	heard := make(chan string, 100)
	var keys sync.Map
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, again := keys.LoadOrStore(r.Header.Get("Idempotency-Key"), true); !again {
			heard <- spoken(t, r)
		}
	}))
	t.Cleanup(hook.Close)
	bridge := func() *subscriber {
		one := subscribe(t, "", larder.Binary(t), "grocery-bridge", "--addr", "127.0.0.1:0",
			"--grocery-nats-url", s.FeedURL(t), "--webhook-url", hook.URL)
		return &subscriber{lines: heard, stop: one.stop}
	}
	ask("Soup", "1 l stock")
	running := bridge()
	running.hears(t, "Soup: 1 l stock")
	ask("Cake", "3 eggs")
	running.hears(t, "Cake: 3 eggs")
	running.stop()
	ask("Salad", "2 tomatoes")
	bridge().hears(t, "Salad: 2 tomatoes")
}

// spoken returns a request's first item as one line.
func spoken(t *testing.T, r *http.Request) string {
	t.Helper()
	var added struct {
		Recipe struct {
			Name string `json:"name"`
		} `json:"recipe"`
		Items []struct {
			Text string `json:"text"`
		} `json:"items"`
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &added)
	}
	if err != nil || len(added.Items) == 0 {
		t.Errorf("no request: %v, %s", err, body)
		return ""
	}
	return added.Recipe.Name + ": " + added.Items[0].Text
}
