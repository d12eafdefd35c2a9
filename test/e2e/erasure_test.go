package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
	"larder.dev/test/larder"
)

// Everything of theirs contains this word, and nothing else does.
const herWord = "zwetschgendatschi"

// The commands in the runbook about deleted users do what it says.
func TestRunbookDeleteUser(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada, ben := server.AddUser(t, "ada"), server.AddUser(t, "ben")
	ada.Create(t, larder.Named("Soup"))
	ben.Create(t, larder.Named("Bread"))
	server.Settled(t)
	scripts, _ := runbook(t, "delete-user.md", "")
	taken := filepath.Join(t.TempDir(), "ada.jsonl")
	out, err := server.Shell(t, strings.ReplaceAll(strings.Join(scripts, "\n"), "ada.jsonl", taken))
	require.NoError(t, err, out)
	require.Contains(t, out, "database: 1 recipes")
	require.Contains(t, out, "nothing is missing, stale or too much")
	require.Len(t, ben.All(t, 10), 1)
	server.AddUser(t, "ada")
	server.MustRun(t, "", "import", "--user", "ada", taken)
	require.Len(t, server.Login(t, "ada").All(t, 10), 1)
}

// A deleted user's text is in nothing that any store returns: no row of any table in the three
// databases, no stream message, no Redis key or value, no document in the serving, previous or
// point-in-time index, and no object.
func TestNothingOfADeletedUserIsLeft(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	her, ben := server.AddUser(t, herWord, "--grocery"), server.AddUser(t, "ben", "--grocery")
	for _, cook := range []*larder.Client{her, ben} {
		word := map[bool]string{true: herWord, false: "bread"}[cook == her]
		cake, _ := cook.Create(t, map[string]any{
			"name": "A " + word, "description": word, "notes": word, "tags": []string{word}, "source_url": "https://example.com/" + word,
			"yield": word, "author": word, "nutrition": map[string]any{"calories": word},
			"ingredients": []map[string]any{{"text": "2 " + word}}, "steps": []map[string]any{{"text": "Bake the " + word + "."}},
		})
		cook.Attach(t, cake.ID, word+".txt", strings.NewReader("How to bake a "+word)).Want(t, http.StatusCreated)
		cook.Do(t, http.MethodPost, "/api/recipes/"+cake.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
		page := map[string]any{"html": "<p>" + word + "</p>", "url": "https://example.com/" + word}
		cook.AwaitImport(t, cook.Import(t, page), "failed", deadline)
		gone, _ := cook.Create(t, larder.Named("Another "+word))
		cook.Do(t, http.MethodDelete, "/api/recipes/"+gone.ID, nil).Want(t, http.StatusNoContent)
	}
	server.Settled(t)
	server.MustRun(t, "", "rebuild", "search")
	server.MustRun(t, "", "rebuild", "search", "--until", "0s", "--into", "before")
	require.GreaterOrEqual(t, len(mentioning(everyPlace(t, server), herWord)), 8, "the word is looked for where it is")
	require.Len(t, mentioning(named(t, server), herWord), 3)

	require.NotContains(t, server.MustRun(t, "", "user", "delete", herWord).Stdout, "replica: 0\n", "the event may have come first")
	server.Settled(t)
	larder.Soon(t, deadline, func() string { // the grocery app learns of it from the feed
		return strings.Join(mentioning(everyPlace(t, server), herWord), "\n")
	})
	require.GreaterOrEqual(t, len(mentioning(everyPlace(t, server), "bread")), 8, "and nobody else's is gone")
	indices := named(t, server)
	require.Empty(t, mentioning(indices, herWord))
	require.Len(t, mentioning(indices, "bread"), 3)
}

// everyPlace returns the stores' contents, by place.
func everyPlace(t *testing.T, server *larder.Server) map[string]string {
	t.Helper()
	run := server.RunFile(t)
	places := map[string]string{}
	for name, url := range map[string]string{
		"primary": run.PostgresURL, "backup": run.BackupPostgresURL, "grocery": run.GroceryPostgresURL,
	} {
		conn := larder.Postgres(t, url)
		for _, table := range texts(t, conn, `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
			WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`) {
			places[name+" "+table] = strings.Join(texts(t, conn, "SELECT t::text FROM "+table+" t"), "\n")
		}
	}
	for stream, url := range server.Streams(t) {
		var all strings.Builder
		for _, msg := range larder.Messages(t, larder.JetStream(t, url), stream) {
			fmt.Fprintln(&all, msg.Subject(), msg.Headers(), string(msg.Data()))
		}
		places["stream "+stream] = all.String()
	}
	client := larder.Redis(t, run.RedisURL)
	keys, err := client.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	for _, key := range keys {
		kind, err := client.Type(t.Context(), key).Result()
		require.NoError(t, err)
		value := any("")
		switch kind {
		case "string":
			value = client.Get(t.Context(), key).Val()
		case "hash":
			value = client.HGetAll(t.Context(), key).Val()
		case "set":
			value = client.SMembers(t.Context(), key).Val()
		case "zset":
			value = client.ZRange(t.Context(), key, 0, -1).Val()
		}
		places["redis "+key] = fmt.Sprint(value)
	}
	objects := server.Objects(t)
	require.NoError(t, objects.Each(t.Context(), "", func(o objectstore.Object) error {
		object, err := objects.Get(t.Context(), o.Key)
		if err != nil {
			return err
		}
		defer func() { _ = object.Close() }()
		var content bytes.Buffer
		_, err = io.Copy(&content, object)
		places["object "+o.Key] = content.String()
		return err
	}))
	return places
}

func texts(t *testing.T, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return all
}

// mentioning names the places that contain a word, in any case.
func mentioning(places map[string]string, word string) []string {
	var found []string
	for place, content := range places {
		if strings.Contains(strings.ToLower(place+" "+content), word) {
			found = append(found, place)
		}
	}
	return found
}

// named returns the document names in each index of a stopped server: the serving one, the one that
// it replaced, and a point-in-time one.
func named(t *testing.T, server *larder.Server) map[string]string {
	t.Helper()
	server.Stop(t)
	serving := openIndex(t, server, "search")
	old, _, err := serving.Old(t.Context())
	require.NoError(t, err)
	past := openIndex(t, server, filepath.Join("search-past", "before"))
	found := map[string]string{"serving": names(t, serving), "old": names(t, old), "past": names(t, past)}
	require.NoError(t, old.Abort(t.Context()))
	require.NoError(t, serving.Close())
	require.NoError(t, past.Close())
	server.Start(t)
	return found
}

func openIndex(t *testing.T, server *larder.Server, folder string) *bleveindex.Index {
	t.Helper()
	index, err := bleveindex.Open(filepath.Join(server.DataDir, folder), bleveindex.Options{})
	require.NoError(t, err)
	return index
}

func names(t *testing.T, of searchindex.Lister) string {
	t.Helper()
	keys, err := of.Keys(t.Context(), "", searchindex.Key{}, 1000)
	require.NoError(t, err)
	var all strings.Builder
	for _, key := range keys {
		docs, err := of.Documents(t.Context(), key.Owner, []string{key.ID})
		require.NoError(t, err)
		for _, doc := range docs {
			fmt.Fprintln(&all, doc.Name, doc.Tags)
		}
	}
	return all.String()
}
