//go:build day

package faults_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/postgresroles"
	"larder.dev/test/larder"
)

// The primary's disk is lost and replaced by an empty server: following the runbook's commands
// restores everything published on both.
func TestDayLostPrimary(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(larder.Root(), "deploy", "runbooks", "lost-primary.md"))
	require.NoError(t, err)
	var scripts []string
	for _, part := range strings.Split(string(text), "```sh\n")[1:] {
		script, _, closed := strings.Cut(part, "```")
		require.True(t, closed)
		scripts = append(scripts, script)
	}
	require.Len(t, scripts, 3)
	a, b := newDatabase(t), newDatabase(t)
	server := larder.Start(t, "LARDER_POSTGRES_URL="+a.url(), "LARDER_BACKUP_POSTGRES_URL="+b.url())
	ada := server.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	server.CaughtUp(t)
	a.lose(t)
	run := func(script string) {
		out, err := server.Shell(t, script)
		require.NoError(t, err, out)
		t.Log(out)
	}
	run(scripts[0])
	var stew larder.Recipe
	larder.Soon(t, time.Minute, func() string {
		answer := ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Stew"))
		if answer.Status != http.StatusCreated {
			return string(answer.Body)
		}
		stew = answer.Recipe(t)
		return ""
	})
	a.start(t)
	_, err = larder.Postgres(t, a.server.URL("postgres")).Exec(t.Context(), `DROP DATABASE larder WITH (FORCE)`)
	require.NoError(t, err)
	require.NoError(t, a.server.EnsureDatabase(t.Context(), "larder", postgresroles.Owner))
	run(scripts[1])
	larder.Soon(t, time.Minute, func() string {
		out, err := server.Shell(t, scripts[2])
		if err != nil {
			return out
		}
		return ""
	})
	for _, recipe := range []larder.Recipe{soup, stew} {
		require.Equal(t, recipe, ada.Get(t, recipe.ID).Want(t, http.StatusOK).Recipe(t))
	}
	require.Empty(t, lostWrites(t, a.url(), []string{"Soup", "Stew"}))
	require.Empty(t, lostWrites(t, b.url(), []string{"Soup", "Stew"}))
}
