package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
	"larder.dev/test/larder"
)

// difference is a line of `larder reconcile --json`.
type difference struct {
	Store   string `json:"store"`
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Mended  bool   `json:"mended"`
}

// reconciled runs the command, and returns what it found.
func reconciled(t *testing.T, server *larder.Server, code int, flags ...string) (found []difference) {
	t.Helper()
	result := server.Run(t, "", append([]string{"reconcile", "--json"}, flags...)...)
	require.Equal(t, code, result.Code, result.Both())
	for line := range strings.Lines(result.Stdout) {
		var printed struct {
			Difference *difference    `json:"difference"`
			Result     map[string]any `json:"result"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &printed), line)
		if printed.Difference != nil {
			found = append(found, *printed.Difference)
			continue
		}
		require.EqualValues(t, len(found), printed.Result["differences"])
	}
	return found
}

// Each store in turn is damaged behind a running larder's back. The damage is found, classified
// correctly and repaired by republishing, and then the cook sees what she wrote; the grocery feed
// gets nothing twice.
func TestReconcileFindsAndMendsEachStore(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada", "--grocery")
	soup, _ := ada.Create(t, map[string]any{"name": "Soup", "notes": "Hot.", "ingredients": []map[string]any{{"text": "2 leeks"}}})
	stew, _ := ada.Create(t, larder.Named("Stew"))
	ada.Do(t, http.MethodPost, "/api/recipes/"+soup.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	ada.Do(t, http.MethodDelete, "/api/recipes/"+stew.ID, nil).Want(t, http.StatusNoContent)
	server.Settled(t)
	run := server.RunFile(t)
	key := "recipe:" + ada.User.ID + ":"
	of := func(id string) string { return "larder.recipe." + ada.User.ID + "." + id }
	require.Empty(t, reconciled(t, server, 0))

	for _, damage := range []struct {
		name string
		do   func(context.Context) error
		want difference
	}{
		{"a document deleted", func(ctx context.Context) error {
			return indexed(t, server, func(index searchindex.Index) error {
				_, err := index.Erase(ctx, ada.User.ID)
				if err != nil {
					return err
				}
				return index.Apply(ctx, []searchindex.Document{{ID: stew.ID, Owner: ada.User.ID, Version: 2, Deleted: true}})
			})
		}, difference{Store: "search", Kind: "missing", Subject: of(soup.ID)}},
		{"a document put back", func(ctx context.Context) error {
			return indexed(t, server, func(index searchindex.Index) error {
				return index.Apply(ctx, []searchindex.Document{{ID: stew.ID, Owner: ada.User.ID, Name: "Stew", Version: 2, Again: true}})
			})
		}, difference{Store: "search", Kind: "too much", Subject: of(stew.ID)}},
		{"a cached recipe changed", func(ctx context.Context) error {
			return larder.Redis(t, run.RedisURL).Set(ctx, key+soup.ID, `1 {"name":"Mud"}`, time.Hour).Err()
		}, difference{Store: "cache", Kind: "stale", Subject: of(soup.ID)}},
		{"a row changed", func(ctx context.Context) error {
			_, err := larder.Postgres(t, run.BackupPostgresURL).Exec(ctx, `UPDATE recipes SET notes = 'Cold.' WHERE id = $1`, soup.ID)
			return err
		}, difference{Store: "replica", Kind: "stale", Subject: of(soup.ID)}},
		{"a message purged", func(ctx context.Context) error {
			stream, err := larder.JetStream(t, run.NATSURL).Stream(ctx, "LARDER")
			if err != nil {
				return err
			}
			return stream.Purge(ctx, jetstream.WithPurgeSubject(of(soup.ID)))
		}, difference{Store: "stream", Kind: "missing", Subject: of(soup.ID)}},
	} {
		require.NoError(t, damage.do(t.Context()), damage.name)
		run = server.RunFile(t)
		require.Equal(t, []difference{damage.want}, reconciled(t, server, 1), damage.name)
		damage.want.Mended = true
		require.Equal(t, []difference{damage.want}, reconciled(t, server, 0, "--repair"), damage.name)
		require.Empty(t, reconciled(t, server, 0), damage.name)
	}

	eaten := eatRequests(t, server)
	require.Equal(t, eaten, reconciled(t, server, 1))
	eaten[0].Mended = true
	require.Equal(t, eaten, reconciled(t, server, 0, "--repair"))
	require.Empty(t, reconciled(t, server, 0))

	items := ada.All(t, 10)
	require.Len(t, items, 1)
	require.Equal(t, "Soup", items[0].Name)
	require.Equal(t, "Soup", ada.Get(t, soup.ID).Want(t, http.StatusOK).Recipe(t).Name)
	ada.Get(t, stew.ID).Want(t, http.StatusNotFound)
	require.Len(t, larder.Messages(t, larder.JetStream(t, server.FeedURL(t)), "GROCERY"), 1, "groceries are sent once")
	require.Contains(t, server.MustRun(t, "", "reconcile", "--user", "ada").Stdout, "nothing is missing, stale or too much")
	require.Equal(t, 1, server.Run(t, "", "reconcile", "--user", "nobody").Code)
}

// eatRequests makes the grocery app lack what it acknowledged, as if somebody had read the feed in
// its name.
func eatRequests(t *testing.T, server *larder.Server) []difference {
	t.Helper()
	var subject string
	err := larder.Postgres(t, server.RunFile(t).GroceryPostgresURL).QueryRow(t.Context(), `WITH gone AS (
		DELETE FROM requests RETURNING user_id, id), items AS (DELETE FROM parts)
		SELECT 'larder.grocery.' || user_id || '.' || id FROM gone`).Scan(&subject)
	require.NoError(t, err)
	return []difference{{Store: "list", Kind: "missing", Subject: subject}}
}

// The runbook's commands do what it says: the first finds the damage, the second repairs it, the
// third finds none.
func TestRunbookReconcile(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	soup, _ := server.AddUser(t, "ada").Create(t, larder.Named("Soup"))
	server.Settled(t)
	backup := larder.Postgres(t, server.RunFile(t).BackupPostgresURL)
	_, err := backup.Exec(t.Context(), `DELETE FROM recipes WHERE id = $1`, soup.ID)
	require.NoError(t, err)

	text, err := os.ReadFile(filepath.Join(larder.Root(), "deploy", "runbooks", "reconcile.md"))
	require.NoError(t, err)
	scripts := strings.Split(string(text), "```sh\n")[1:]
	require.Len(t, scripts, 3)
	for i, want := range []string{"replica: 1 missing", "mended: 1 of 1", `"differences":0`} {
		script, _, _ := strings.Cut(scripts[i], "```")
		out, err := server.Shell(t, script)
		require.Equal(t, i == 0, err != nil, out)
		require.Contains(t, out, want)
	}
}

// indexed damages the search index, which only one process at a time can open.
func indexed(t *testing.T, server *larder.Server, damage func(searchindex.Index) error) error {
	t.Helper()
	server.Stop(t)
	index, err := bleveindex.Open(filepath.Join(server.DataDir, "search"), bleveindex.Options{})
	require.NoError(t, err)
	require.NoError(t, damage(index))
	require.NoError(t, index.Close())
	server.Start(t)
	return nil
}
