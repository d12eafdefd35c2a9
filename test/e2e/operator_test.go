package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// An import reports a bad line by number and continues, adds nothing twice, and an export can be
// imported again.
func TestImportAndExport(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada, ben := server.AddUser(t, "ada"), server.AddUser(t, "ben")
	file := larder.WriteLines(t, [][]byte{[]byte(`{"name":"Soup"}`), []byte(`{"name":`), []byte(`{"name":"Bread","tags":["oven"]}`)})

	require.Equal(t, 2, server.Run(t, "", "import", file).Code, "with two users it must be told whose")
	first := server.Run(t, "", "import", "--user", "ada", file)
	require.Equal(t, 1, first.Code)
	require.Contains(t, first.Stderr, "line 2")
	require.Contains(t, first.Stdout, "2 added")
	require.Contains(t, server.Run(t, "", "import", "--user", "ada", file).Stdout, "0 added, 2 already there")

	exported := server.MustRun(t, "", "export", "--user", "ada").Stdout
	require.Equal(t, 2, strings.Count(exported, "\n"))
	server.MustRun(t, exported, "import", "--user", "ben", "-")
	require.Len(t, ben.All(t, 10), 2)
	require.Len(t, ada.All(t, 10), 2)
	importForeign(t, server, ben)
}

// A folder of other programs' files is imported the same way, once, and files without a recipe are
// reported.
func importForeign(t *testing.T, server *larder.Server, ben *larder.Client) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"tart.html": `<script type="application/ld+json">{"@type": "Recipe", "@context": "https://schema.org", "name": "Plum tart",
			"recipeIngredient": ["500 g plums"], "recipeInstructions": ["Bake."], "totalTime": "PT1H", "recipeYield": "8 slices"}</script>`,
		"tea.txt":   "Tea\n\nIngredients\n- 1 tsp tea\n\nMethod\n1. Wait.\n",
		"empty.htm": "<html></html>",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	result := server.Run(t, "", "import", "--user", "ben", folder)
	require.Equal(t, 1, result.Code)
	require.Contains(t, result.Stdout, "2 added, 0 already there, 1 refused")
	require.Contains(t, result.Stderr, "empty.htm: no recipe was found")
	require.Contains(t, server.MustRun(t, "", "import", "--user", "ben", filepath.Join(folder, "tart.html")).Stdout, "0 added, 1 already there")
	require.Contains(t, server.MustRun(t, "Punch\n\n1 l tea\n2 lemons\n\nWarm it.\n", "import", "--user", "ben", "-").Stdout, "1 added")

	tart := ben.Get(t, ben.Search(t, "q", "plum tart").Items[0].ID).Recipe(t)
	require.InDelta(t, 8, *tart.Servings, 0)
	require.Equal(t, 60, *tart.TotalMinutes)
	require.Equal(t, "plums", tart.Ingredients[0].Name)
	require.Equal(t, "Bake.", tart.Steps[0].Text)
}

// The project's samples are imported completely.
func TestSamples(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	server.MustRun(t, "", "import", filepath.Join(larder.Root(), "samples", "recipes.jsonl"))
	require.Len(t, ada.All(t, 50), 12)
	sizes(t, server)
	retention(t, server)
}

// `larder status` reports how long deleted recipes are kept, as configured for the relay, whatever
// the command's own configuration.
func retention(t *testing.T, server *larder.Server) {
	t.Helper()
	larder.Soon(t, deadline, func() string {
		out, err := server.Shell(t, "LARDER_RETENTION=7d bin/larder status; bin/larder status --json")
		require.NoError(t, err, out)
		if !strings.Contains(out, "deleted recipes are forgotten after 90d") || !strings.Contains(out, `"retention": "90d"`) {
			return "no retention is told of in " + out
		}
		return ""
	})
}

// `larder status` reports that the relay leads, each server's state, and the data folder's size:
// each store, the recipes, and the same numbers for people.
func sizes(t *testing.T, server *larder.Server) {
	t.Helper()
	var status struct {
		Relay struct {
			Leads bool `json:"leads"`
		} `json:"relay"`
		Servers []struct {
			Name  string `json:"name"`
			State string `json:"state"`
		} `json:"servers"`
		Folder struct {
			Path        string           `json:"path"`
			Bytes       int64            `json:"bytes"`
			Stores      map[string]int64 `json:"stores"`
			PostgresLog int64            `json:"postgres_log"`
			Recipes     int64            `json:"recipes"`
			RecipeBytes int64            `json:"recipe_bytes"`
			Ratio       float64          `json:"ratio"`
		} `json:"folder"`
	}
	printed := server.MustRun(t, "", "status", "--json").Stdout
	require.NoError(t, json.Unmarshal([]byte(printed), &status))
	require.True(t, status.Relay.Leads)
	var up []string
	for _, one := range status.Servers {
		require.Equal(t, "up", one.State, one.Name)
		up = append(up, one.Name)
	}
	require.Equal(t, []string{"postgres", "backup postgres", "nats", "redis", "grocery postgres", "object store"}, up)
	folder, inFiles := status.Folder, bytesOfFiles(t, server.DataDir)
	require.Equal(t, server.DataDir, folder.Path)
	require.InEpsilon(t, inFiles, folder.Bytes, 0.1, "databases write meanwhile")
	require.EqualValues(t, 12, folder.Recipes)
	require.Greater(t, folder.RecipeBytes, int64(12*200))
	require.InEpsilon(t, float64(folder.Bytes)/float64(folder.RecipeBytes), folder.Ratio, 0.001)
	sum := int64(0)
	for _, store := range []string{"postgres", "nats", "search"} {
		require.Positive(t, folder.Stores[store], store)
	}
	for _, bytes := range folder.Stores {
		sum += bytes
	}
	require.LessOrEqual(t, sum, folder.Bytes)
	require.Positive(t, folder.PostgresLog)
	require.Less(t, folder.PostgresLog, folder.Stores["postgres"])

	text := server.MustRun(t, "", "status").Stdout
	require.Contains(t, text, "DATA FOLDER")
	require.Contains(t, text, "12 recipes; the folder takes")
	require.Regexp(t, `postgres +\d+\.\d MB +\d+\.\d MB of it the database's log`, text)
}

func bytesOfFiles(t *testing.T, dir string) (bytes int64) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
			bytes += info.Size()
		}
		return nil
	}))
	return bytes
}

// Commands that find no running larder work alone; their results are there when it starts.
func TestCommandsWorkAlone(t *testing.T) {
	t.Parallel()
	server := larder.New(t)
	server.MustRun(t, larder.Password("ada")+"\n", "user", "add", "ada", "--password-stdin")
	server.MustRun(t, `{"name":"Soup"}`+"\n", "import", "-")
	server.MustRun(t, "", "migrate")
	server.MustRun(t, "", "rebuild", "search")
	server.Start(t)
	require.Len(t, server.Login(t, "ada").All(t, 10), 1)
}

// A deleted user is gone from every place, and the others are not.
func TestDeletedUserIsGone(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada, ben := server.AddUser(t, "ada", "--grocery"), server.AddUser(t, "ben")
	soup, _ := ada.Create(t, map[string]any{"name": "Soup", "ingredients": []map[string]any{{"text": "2 leeks"}}})
	ada.Do(t, http.MethodPost, "/api/recipes/"+soup.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	ben.Create(t, larder.Named("Bread"))
	server.Settled(t)
	server.MustRun(t, "", "user", "delete", "ada")

	run := server.RunFile(t)
	for _, url := range []string{run.PostgresURL, run.BackupPostgresURL} {
		conn := larder.Postgres(t, url)
		for table, column := range map[string]string{
			"users": "id", "user_changes": "user_id", "recipes": "user_id", "ingredients": "user_id", "idempotency_keys": "user_id",
		} {
			var count int
			query := "SELECT count(*) FROM " + table + " WHERE " + column + " = $1"
			require.NoError(t, conn.QueryRow(t.Context(), query, ada.User.ID).Scan(&count))
			require.Zero(t, count, "rows in %s", table)
		}
	}
	for stream, url := range server.Streams(t) {
		for _, msg := range larder.Messages(t, larder.JetStream(t, url), stream) {
			require.NotContains(t, string(msg.Data()), "leeks")
			require.NotContains(t, string(msg.Data()), `"name":"ada"`)
		}
	}
	keys, err := larder.Redis(t, run.RedisURL).Keys(t.Context(), "*"+ada.User.ID+"*").Result()
	require.NoError(t, err)
	for _, key := range keys {
		require.NotContains(t, key, "recipe:")
		require.NotContains(t, key, "session")
	}
	require.Len(t, ben.All(t, 10), 1)
}

// `larder events tail` prints events as they happen, but no password hash.
func TestEventsTail(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	lines := server.Follow(t, "events", "tail", "--from", "1")
	require.Contains(t, larder.Next(t, lines, deadline), `"type":"user.added"`)
	soup, _ := ada.Create(t, larder.Named("Soup"))
	var event struct {
		Type string        `json:"type"`
		Data larder.Recipe `json:"data"`
	}
	line := larder.Next(t, lines, deadline)
	require.NoError(t, json.Unmarshal([]byte(line), &event))
	require.Equal(t, "recipe.created", event.Type)
	require.Equal(t, soup.ID, event.Data.ID)
	require.NotContains(t, server.MustRun(t, "", "events", "tail", "--no-follow").Stdout, "argon2id")
}

// `larder events show` prints existing events and stops: all, one recipe's, or from a sequence or a
// time.
func TestEventsShow(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada, ben := server.AddUser(t, "ada"), server.AddUser(t, "ben")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	ben.Create(t, larder.Named("Bread"))
	ada.Do(t, http.MethodDelete, "/api/recipes/"+soup.ID, nil).Want(t, http.StatusNoContent)
	server.Settled(t)
	show := func(flags ...string) []string {
		printed := server.MustRun(t, "", append([]string{"events", "show"}, flags...)...).Stdout
		types := []string{}
		for line := range strings.Lines(printed) {
			var event struct {
				Type string `json:"type"`
			}
			require.NoError(t, json.Unmarshal([]byte(line), &event))
			types = append(types, event.Type)
		}
		return types
	}
	require.Equal(t, []string{"user.added", "user.added", "recipe.created", "recipe.created", "recipe.deleted"}, show())
	require.Equal(t, []string{"user.added", "recipe.created"}, show("--user", "ben"))
	require.Equal(t, []string{"recipe.created", "recipe.deleted"}, show("--recipe", soup.ID))
	require.Equal(t, []string{"recipe.created", "recipe.deleted"}, show("--recipe", soup.ID, "--user", "ada"))
	require.Empty(t, show("--recipe", soup.ID, "--user", "ben"), "a recipe is its user's")
	require.Equal(t, []string{"recipe.created", "recipe.deleted"}, show("--from", "4"))
	require.Len(t, show("--since", "1h"), 5)
	require.Empty(t, show("--since", time.Now().Add(time.Hour).Format(time.RFC3339)))
	for _, wrong := range [][]string{{"--recipe", "*"}, {"--since", "yesterday"}, {"--from", "1", "--since", "1h"}} {
		require.Equal(t, 2, server.Run(t, "", append([]string{"events", "show"}, wrong...)...).Code, wrong)
	}
}

// `larder history` shows a recipe's versions, and `larder restore` brings it back after deletion.
func TestHistoryOnTheCommandLine(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada, _ := server.AddUser(t, "ada"), server.AddUser(t, "ben")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	path := "/api/recipes/" + soup.ID
	ada.Do(t, http.MethodPut, path, map[string]any{"name": "Stew"}, "If-Match", `"1"`).Want(t, http.StatusOK)
	ada.Do(t, http.MethodDelete, path, nil).Want(t, http.StatusNoContent)

	printed := server.MustRun(t, "", "history", soup.ID, "--user", "ada").Stdout
	require.Equal(t, 4, strings.Count(printed, "\n"), printed)
	require.Contains(t, printed, "recipe.deleted")
	var versions []larder.Recipe
	require.NoError(t, json.Unmarshal([]byte(server.MustRun(t, "", "history", soup.ID, "--user", "ada", "--json").Stdout), &versions))
	require.Len(t, versions, 3)
	require.Equal(t, "Soup", versions[0].Name)
	require.Equal(t, "Stew", versions[2].Name)
	var past larder.Recipe
	require.NoError(t, json.Unmarshal([]byte(server.MustRun(t, "", "history", soup.ID, "1", "--user", "ada").Stdout), &past))
	require.Equal(t, soup, past)

	require.Contains(t, server.MustRun(t, "", "restore", soup.ID, "1", "--user", "ada").Stdout, "now version 4")
	require.Equal(t, "Soup", ada.Get(t, soup.ID).Want(t, http.StatusOK).Recipe(t).Name)
	require.Len(t, ada.All(t, 10), 1)
	require.Equal(t, 2, server.Run(t, "", "history", soup.ID).Code, "with two users it must be told whose")
	require.Equal(t, 2, server.Run(t, "", "restore", soup.ID, "0", "--user", "ada").Code)
	require.Equal(t, 1, server.Run(t, "", "restore", soup.ID, "9", "--user", "ada").Code)
	require.Equal(t, 1, server.Run(t, "", "history", soup.ID, "--user", "ben").Code, "a recipe is its user's")
}

// A first start says how to begin, once; by default nobody can log in.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	server := larder.New(t)
	server.Start(t)
	require.Contains(t, server.Output(), "user add NAME --grocery")
	require.Contains(t, server.Output(), "samples/recipes.jsonl")
	require.Empty(t, server.MustRun(t, "", "user", "list", "--json").Stdout)
	server.Restart(t)
	require.NotContains(t, server.Output(), "user add")
}

// A taken port, and a folder that another larder holds, give one clear line and exit code 1.
func TestOccupied(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	server := larder.New(t)
	taken := server.Run(t, "", "up", "--addr", listener.Addr().String())
	require.Equal(t, 1, taken.Code)
	require.Equal(t, 1, strings.Count(taken.Stderr, "\n"), taken.Stderr)
	require.Contains(t, taken.Stderr, listener.Addr().String())

	server.Start(t)
	second := server.Run(t, "", "up", "--addr", "127.0.0.1:0")
	require.Equal(t, 1, second.Code)
	require.Contains(t, second.Stderr, "in use by another larder")
	require.Equal(t, 2, server.Run(t, "", "up", "--nonsense").Code)
}

// A database that is newer than this program is refused, and not changed.
func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	conn := larder.Postgres(t, server.RunFile(t).PostgresURL)
	_, err := conn.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	refused := server.Run(t, "", "migrate")
	require.Equal(t, 1, refused.Code)
	require.Contains(t, refused.Stderr, "newer")
	server.Stop(t)
	again := server.Run(t, "", "up", "--addr", "127.0.0.1:0")
	require.Equal(t, 1, again.Code)
	require.Contains(t, again.Stderr, "99999")
}

// Server-sent events deliver a change as it happens, with the number to resume from.
func TestServerSentEvents(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL()+"/api/events?since=0", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+ada.Token)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	require.Equal(t, "text/event-stream", strings.Split(answer.Header.Get("Content-Type"), ";")[0])
	soup, _ := ada.Create(t, larder.Named("Soup"))
	scanner := bufio.NewScanner(answer.Body)
	for scanner.Scan() {
		data, found := strings.CutPrefix(scanner.Text(), "data:")
		if !found {
			continue
		}
		var change larder.Change
		require.NoError(t, json.Unmarshal([]byte(data), &change))
		require.Equal(t, soup.ID, change.ID)
		return
	}
	require.Fail(t, "the stream ended without the change")
}

// The README's first steps work as written, and so does the API page that continues from there.
func TestReadmeFirstSteps(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	var script string
	for _, at := range []struct{ page, heading string }{
		{"README.md", "## First steps"}, {"docs/api.md", "## A recipe's way"}, {"docs/api.md", "## Files"},
	} {
		page, err := os.ReadFile(filepath.Join(larder.Root(), at.page))
		require.NoError(t, err)
		blocks := shellBlocks(string(page), at.heading)
		require.NotEmpty(t, blocks, at)
		script += blocks
	}
	out, err := server.Shell(t, script)
	require.NoError(t, err, out)
	require.Contains(t, out, "recipe.created")
	// "An ingredient can be one line of text, or its parts; the answer has both."
	require.Contains(t, out, `{"text":"600 g veal, in thin strips","quantity":600,"quantity_max":null,"unit":"g","name":"veal","note":"in thin strips"`)
	require.Contains(t, out, `{"text":"250 g mushrooms, sliced","quantity":250,"quantity_max":null,"unit":"g","name":"mushrooms","note":"sliced"`)
	require.Contains(t, out, `"text":"1200 g veal, in thin strips"`, "the list scales what was typed")
}

// shellBlocks returns the ```sh blocks under a heading, in order.
func shellBlocks(text, heading string) string {
	_, section, _ := strings.Cut(text, heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var script strings.Builder
	for {
		_, rest, found := strings.Cut(section, "```sh\n")
		if !found {
			return script.String()
		}
		block, after, _ := strings.Cut(rest, "```")
		script.WriteString(block)
		section = after
	}
}
