//go:build natscli

package clients

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Anybody with the nats command line and credentials for the feed can read it through their own
// consumer, and can't touch the app's: refusals are immediate and not logged as errors, and the
// list misses nothing.
func TestNATSCommandLine(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	var added struct {
		URL string `json:"url"`
	}
	require.NoError(t, json.Unmarshal([]byte(server.MustRun(t, "", "subscriber", "add", "fridge", "--json").Stdout), &added))
	cook := server.AddUser(t, "cook", "--grocery")
	recipe, _ := cook.Create(t, map[string]any{"name": "Soup", "ingredients": []map[string]string{{"text": "2 leeks"}}})
	cook.Do(t, http.MethodPost, "/api/recipes/"+recipe.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	server.Settled(t)
	list := func() string {
		return string(cook.Do(t, http.MethodGet, "/grocery/api/list", nil).Want(t, http.StatusOK).Body)
	}
	larder.Soon(t, 10*time.Second, func() string {
		if !strings.Contains(list(), "leeks") {
			return "nothing is on the list"
		}
		return ""
	})

	for address, own := range map[string]string{server.FeedURL(t): "another", added.URL: "fridge"} {
		for _, refused := range [][]string{
			{"consumer", "next", "GROCERY", "grocery-app", "--ack"},
			{"consumer", "rm", "GROCERY", "grocery-app", "--force"},
			{"consumer", "add", "GROCERY", "grocery-app", "--pull", "--defaults"},
			{"stream", "rm", "GROCERY", "--force"},
			{"stream", "purge", "GROCERY", "--force"},
			{"pub", "grocery.somebody.added", "{}"},
			{"stream", "info", "LARDER"},
		} {
			said, err := natsCommand(t, address, refused...)
			require.Error(t, err, "%s", said)
			require.Contains(t, said, "permissions violation", "%s", refused)
		}
		for _, allowed := range [][]string{
			{"stream", "info", "GROCERY"},
			{"stream", "get", "GROCERY", "1"},
			{"consumer", "add", "GROCERY", own, "--pull", "--defaults"},
		} {
			said, err := natsCommand(t, address, allowed...)
			require.NoError(t, err, "%s: %s", allowed, said)
		}
		said, err := natsCommand(t, address, "consumer", "next", "GROCERY", own, "--ack")
		require.NoError(t, err, "%s", said)
		require.Contains(t, said, "leeks")
	}
	require.NotContains(t, server.Output(), "level=ERROR")

	cook.Do(t, http.MethodPost, "/api/recipes/"+recipe.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	larder.Soon(t, 10*time.Second, func() string {
		if !strings.Contains(list(), `"amount":"4"`) {
			return "the app got nothing more: " + list()
		}
		return ""
	})
}

// natsCommand runs LARDER_TEST_NATSCLI, which the Makefile builds.
func natsCommand(t *testing.T, address string, args ...string) (string, error) {
	t.Helper()
	program := os.Getenv("LARDER_TEST_NATSCLI")
	require.NotEmpty(t, program, "make test-nats-cli says where the program is")
	command := exec.CommandContext(t.Context(), program, append([]string{"--server", address, "--timeout", "1s"}, args...)...)
	command.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir())
	said, err := command.CombinedOutput()
	return string(said), err
}
