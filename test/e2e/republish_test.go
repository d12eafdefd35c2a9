package e2e_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Losing all of NATS loses nothing: the stream is refilled from the database before it gets new
// events, and a rebuild from it finds every recipe at its last version. The commands are the
// runbook's, and find nothing to do.
func TestLostNATSIsFilledFromTheDatabase(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	ada.Do(t, http.MethodPut, "/api/recipes/"+soup.ID, map[string]any{"name": "Stew"}, "If-Match", `"1"`).Want(t, http.StatusOK)
	ada.Create(t, larder.Named("Bread"))
	server.Settled(t)
	server.Stop(t)
	require.NoError(t, os.RemoveAll(filepath.Join(server.DataDir, "nats")))
	server.Start(t)
	ada.Create(t, larder.Named("Toast"))

	larder.Soon(t, deadline, func() string {
		if !strings.Contains(server.Output(), "the stream has what the ledger has") {
			return "the stream isn't filled"
		}
		return ""
	})
	require.Zero(t, republished(t, server, "--dry-run"))
	scripts, _ := runbook(t, "lost-nats.md", "")
	out, err := server.Shell(t, strings.Join(scripts, "\n"))
	require.NoError(t, err, out)
	require.Contains(t, out, `"recipe.updated"`, "the history is back too")
	var names []string
	for _, item := range ada.All(t, 10) {
		names = append(names, item.Name)
	}
	require.ElementsMatch(t, []string{"Stew", "Bread", "Toast"}, names)
	require.Contains(t, server.MustRun(t, "", "events", "parked").Stdout, "nothing is parked")
}

func republished(t *testing.T, server *larder.Server, flags ...string) int64 {
	t.Helper()
	var progress struct {
		Published int64 `json:"published"`
	}
	printed := server.MustRun(t, "", append([]string{"events", "republish", "--json"}, flags...)...).Stdout
	require.NoError(t, json.Unmarshal([]byte(printed), &progress))
	return progress.Published
}
