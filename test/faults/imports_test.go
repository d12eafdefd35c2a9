//go:build importkills

package faults_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit/pictures"
	"larder.dev/internal/testkit/servers"
	"larder.dev/test/larder"
)

// imported is how many recipes the import brings: enough that it still goes on at the last kill.
const imported = 240

// victim is a process or server that is killed during the import, and started again at once.
type victim struct {
	name string
	kill func(t *testing.T)
}

// Every component and every server is killed once while an import goes on, and the importer and
// PostgreSQL once more while it is taken back. Every recipe is there once, with its picture, and
// found; and afterwards nothing is.
func TestKillsDuringImport(t *testing.T) {
	minio := &dependency{name: "MinIO", dir: filepath.Join(t.TempDir(), "server"), start: servers.StartMinIO}
	minio.again(t)
	t.Cleanup(func() { _ = minio.server.Stop() })
	t.Setenv("LARDER_TEST_S3_URL", minio.server.URL)
	stores := dependencies(t, true)
	stores["objects"] = minio
	parts := startOn(t, stores)
	victims := apart(t, parts)
	for _, name := range []string{"nats", "postgres", "redis", "objects", "elasticsearch"} {
		victims = append(victims, killable(stores[name]))
	}

	ada := parts.AddUser(t, "ada")
	begun := time.Now()
	i := &watchedImport{client: ada, id: ada.ImportFile(t, "cookbook.zip", cookbook(t))}
	var rows []string
	for n, v := range victims {
		seen := i.reach(t, imported*(n+1)/(len(victims)+2))
		require.Equal(t, "writing", seen.State, "the import was over before %s was killed", v.name)
		killed := time.Now()
		v.kill(t)
		rows = append(rows, fmt.Sprintf("%s\t%d\t%.1f s", v.name, seen.Done, time.Since(killed).Seconds()))
	}
	done := i.reach(t, imported)
	larder.Soon(t, 2*time.Minute, func() string { done = i.reach(t, imported); return unless(done.State == "done", done.State) })
	took := time.Since(begun)
	parts.CaughtUpWithin(t, 2*time.Minute)
	everythingIsThere(t, parts, ada, done)

	ada.Do(t, http.MethodPost, "/api/imports/"+i.id+"/undo", nil).Want(t, http.StatusAccepted)
	victims[0].kill(t)
	killable(stores["postgres"]).kill(t)
	larder.Soon(t, 2*time.Minute, func() string { done = i.reach(t, 0); return unless(done.State == "undone", done.State) })
	require.Empty(t, done.Kept)
	parts.CaughtUpWithin(t, 2*time.Minute)
	require.Empty(t, ada.All(t, 100))
	parts.MustRun(t, "", "reconcile")
	t.Log(table(rows, took))
}

// apart runs each projection in a process of its own, and returns all components as victims.
func apart(t *testing.T, parts *larder.Parts) []victim {
	t.Helper()
	parts.Take("projectors").Stop(t)
	arguments := map[string]string{"projectors": "search", "projectors-2": "cache", "projectors-3": "replica", "projectors-4": "grocery"}
	for name, projection := range arguments {
		parts.Launch(t, name, projection).Ready(t)
	}
	var victims []victim
	for _, name := range []string{
		"importer", "command-api", "query-api", "file-service", "relay", "projectors", "projectors-2", "projectors-3", "projectors-4",
	} {
		var args []string
		called := name
		if projection, is := arguments[name]; is {
			args, called = []string{projection}, "projector "+projection
		}
		victims = append(victims, victim{called, func(t *testing.T) {
			t.Helper()
			parts.Take(name).Kill9(t)
			parts.Launch(t, name, args...).Ready(t)
		}})
	}
	return victims
}

func killable(d *dependency) victim {
	return victim{d.name, func(t *testing.T) {
		t.Helper()
		was, err := url.Parse(d.server.URL)
		require.NoError(t, err)
		require.NoError(t, d.server.Kill())
		larder.Soon(t, time.Minute, func() string { // its children may hold its port for a moment
			listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", was.Host)
			if err != nil {
				return err.Error()
			}
			require.NoError(t, listener.Close())
			return ""
		})
		larder.Soon(t, time.Minute, func() string { // and PostgreSQL's its memory
			if err := d.run(t.Context()); err != nil {
				return err.Error()
			}
			return ""
		})
		again, err := url.Parse(d.server.URL)
		require.NoError(t, err)
		require.Equal(t, was.Host, again.Host, "the others find it where it was")
	}}
}

// cookbook is an archive as Nextcloud Cookbook keeps it: a folder for each recipe, with its picture.
func cookbook(t *testing.T) *bytes.Reader {
	t.Helper()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	photo := pictures.Photo(640, 480)
	for n := range imported {
		for name, content := range map[string][]byte{
			"recipe.json": fmt.Appendf(nil, `{"@context": "https://schema.org", "@type": "Recipe", "name": "Dish %[1]d",
				"recipeIngredient": ["%[1]d g rice"], "recipeInstructions": ["Cook it."]}`, n),
			"full.jpg": photo,
		} {
			file, err := w.Create(fmt.Sprintf("%04d/%s", n, name))
			require.NoError(t, err)
			_, err = file.Write(content)
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	return bytes.NewReader(archive.Bytes())
}

// watchedImport is an import that is asked for while anything may be away.
type watchedImport struct {
	client *larder.Client
	id     string
}

// reach waits until as many recipes are settled.
func (i *watchedImport) reach(t *testing.T, done int) larder.Import {
	t.Helper()
	var seen larder.Import
	larder.Soon(t, 2*time.Minute, func() string {
		answer, err := i.client.Try(larder.Request{Method: http.MethodGet, Path: "/api/imports/" + i.id})
		if err != nil {
			return err.Error()
		}
		if answer.Status != http.StatusOK {
			require.GreaterOrEqual(t, answer.Status, http.StatusInternalServerError, string(answer.Body))
			return string(answer.Body)
		}
		seen = larder.Import{}
		require.NoError(t, json.Unmarshal(answer.Body, &seen))
		return unless(seen.Done >= done, fmt.Sprintf("%d of %d are done: %s %s", seen.Done, done, seen.State, seen.Reason))
	})
	return seen
}

func unless(is bool, missing string) string {
	if is {
		return ""
	}
	return missing
}

// everythingIsThere checks each recipe in the list, in its detail, and in a search for its name.
func everythingIsThere(t *testing.T, parts *larder.Parts, ada *larder.Client, done larder.Import) {
	t.Helper()
	require.Empty(t, done.Failed)
	require.Len(t, done.Created, imported)
	ids := map[string]bool{}
	for n, created := range done.Created {
		require.Equal(t, fmt.Sprintf("Dish %d", n), created.Name)
		require.NotNil(t, created.Picture, created.Name)
		require.True(t, *created.Picture, created.Name)
		files := ada.Files(t, created.ID)
		require.Len(t, files, 1, created.Name)
		ids[created.ID] = true
		if n%100 == 0 { // the bytes as well
			response := larder.Open(t, parts.URL(), files[0].URL)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusOK, response.StatusCode)
		}
		found := ada.Search(t, "q", created.Name)
		require.NotEmpty(t, found.Items, created.Name)
		require.Equal(t, created.ID, found.Items[0].ID, created.Name)
	}
	items := ada.All(t, 100)
	require.Len(t, items, imported, "each is there once")
	for _, item := range items {
		require.True(t, ids[item.ID])
	}
	parts.MustRun(t, "", "reconcile")
}

func table(rows []string, took time.Duration) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nkilled\twhen so many of %d recipes were done\tup again after\n%s\n", imported, strings.Join(rows, "\n"))
	_ = w.Flush() // into memory
	fmt.Fprintf(&text, "\nall are there, once, with their pictures, after %.0f s; taken back, nothing is\n", took.Seconds())
	return text.String()
}
