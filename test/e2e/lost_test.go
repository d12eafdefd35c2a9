package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// The search index's folder is deleted under a running program: readyz reports it, searches
// continue, and the index is rebuilt by itself; the runbook's commands confirm it.
func TestRunbookLostIndex(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	server.CaughtUp(t)
	require.NoError(t, os.RemoveAll(filepath.Join(server.DataDir, "search")))
	lost := false
	larder.Soon(t, deadline, func() string {
		require.Len(t, ada.Search(t, "q", "soup").Items, 1, "it is found all the time")
		switch degraded := degraded(t, ada); {
		case slices.Contains(degraded, "search view"):
			lost = true
		case lost:
			return ""
		}
		return "readyz hasn't told of the loss and its end"
	})
	require.Equal(t, "search", ada.Do(t, http.MethodGet, "/api/recipes?q=soup", nil).Want(t, http.StatusOK).Header.Get("Larder-Served-By"))
	bread, _ := ada.Create(t, larder.Named("Bread"))
	server.CaughtUp(t)
	runbookEnds(t, server, "lost-index.md")
	require.Equal(t, bread.ID, ada.Search(t, "q", "bread").Items[0].ID)
	require.Equal(t, soup.ID, ada.Search(t, "q", "soup").Items[0].ID)
}

// The cache is emptied under a running program, and fills again by itself.
func TestRunbookLostCache(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	server.CaughtUp(t)
	require.NoError(t, larder.Redis(t, server.RunFile(t).RedisURL).FlushDB(t.Context()).Err())
	ada = server.Login(t, "ada")
	larder.Soon(t, deadline, func() string {
		answer := ada.Get(t, soup.ID).Want(t, http.StatusOK)
		if strings.Contains(server.Output(), "the view is gone, building it anew") && answer.Header.Get("Larder-Served-By") == "cache" {
			return ""
		}
		return "the cache isn't warm"
	})
	runbookEnds(t, server, "lost-cache.md")
}

// A stream of events deleted under a running program is recreated and filled from the database, the
// program counts the loss, and what was sent to the grocery app isn't resent.
func TestALostStreamIsMadeAgain(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada", "--grocery")
	soup, _ := ada.Create(t, map[string]any{"name": "Soup", "servings": 2, "ingredients": []any{map[string]any{"text": "1 l stock"}}})
	ada.Do(t, http.MethodPost, "/api/recipes/"+soup.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	server.CaughtUp(t)
	counted := regexp.MustCompile(`larder_stream_lost_total\{stream="LARDER"\} [1-9]`)
	// The program must have seen the stream before the loss.
	larder.Soon(t, deadline, func() string { return strings.Join(degraded(t, ada), ", ") })
	before := streamed(t, server)
	require.NoError(t, larder.JetStream(t, server.RunFile(t).NATSURL).DeleteStream(t.Context(), "LARDER"))
	larder.Soon(t, deadline, func() string {
		metrics := ada.Do(t, http.MethodGet, "/metrics", nil).Want(t, http.StatusOK).Body
		if counted.Match(metrics) && len(degraded(t, ada)) == 0 {
			return ""
		}
		return "the stream isn't there again"
	})
	require.ElementsMatch(t, before, streamed(t, server))
	require.NotContains(t, server.MustRun(t, "", "status").Stdout, "filled")
	ada.Create(t, larder.Named("Bread"))
	server.CaughtUp(t)
	server.MustRun(t, "", "reconcile")
	require.Len(t, larder.Messages(t, larder.JetStream(t, server.FeedURL(t)), "GROCERY"), 1)
}

// streamed returns the ids of the stream's events.
func streamed(t *testing.T, server *larder.Server) (ids []string) {
	t.Helper()
	for _, message := range larder.Messages(t, larder.JetStream(t, server.RunFile(t).NATSURL), "LARDER") {
		ids = append(ids, message.Headers().Get("ce-id"))
	}
	return ids
}

func degraded(t *testing.T, client *larder.Client) []string {
	t.Helper()
	var answer struct {
		Degraded []string `json:"degraded"`
	}
	client.Do(t, http.MethodGet, "/readyz", nil).Want(t, http.StatusOK).Decode(t, &answer)
	return answer.Degraded
}

// runbookEnds runs a runbook's commands, which succeed.
func runbookEnds(t *testing.T, server *larder.Server, name string) {
	t.Helper()
	scripts, _ := runbook(t, name, "")
	require.NotEmpty(t, scripts)
	out, err := server.Shell(t, strings.Join(scripts, "\n"))
	require.NoError(t, err, out)
}
