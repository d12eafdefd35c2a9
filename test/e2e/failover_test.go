package e2e_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Both ways, with everything running: nothing is lost, sessions continue, nobody restarts, and the
// old primary becomes the new one's backup.
func TestFailoverAndFailback(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada", "--grocery")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	t.Log(server.MustRun(t, "", "failover", "--dry-run").Stdout)
	for round := range 2 {
		for _, step := range []string{"failover", "failback"} {
			began := time.Now()
			t.Log(server.MustRun(t, "", step).Stdout)
			name := "after " + step + strconv.Itoa(round)
			var made larder.Recipe
			larder.Soon(t, deadline, func() string {
				answer := ada.Do(t, http.MethodPost, "/api/recipes", larder.Named(name))
				if answer.Status != http.StatusCreated {
					return string(answer.Body)
				}
				made = answer.Recipe(t)
				return ""
			})
			t.Logf("%s to the first write: %s", step, time.Since(began))
			require.Equal(t, made, ada.Get(t, made.ID).Want(t, http.StatusOK).Recipe(t))
			require.Equal(t, soup, ada.Get(t, soup.ID).Want(t, http.StatusOK).Recipe(t))
			server.MustRun(t, "", "backup", "verify")
			swapped := strings.Contains(server.MustRun(t, "", "status").Stdout, "the primary, since a failover")
			require.Equal(t, step == "failover", swapped, "status tells which of the two is the primary")
		}
	}
	larder.Soon(t, deadline, func() string {
		if n := len(ada.All(t, 20)); n != 5 {
			return "the search has " + strconv.Itoa(n)
		}
		return ""
	})
	server.Restart(t)
	require.Len(t, ada.All(t, 20), 5)
}

// The commands of the failover runbooks, as written there, with everything running.
func TestRunbooksFailover(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	ada.Create(t, larder.Named("Soup"))
	for _, name := range []string{"failover.md", "failback.md"} {
		scripts, _ := runbook(t, name, "")
		require.NotEmpty(t, scripts)
		out, err := server.Shell(t, strings.Join(scripts, "\n"))
		require.NoError(t, err, out)
		require.Contains(t, out, "is the primary")
	}
}
