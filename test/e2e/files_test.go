package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
	"larder.dev/test/larder"
)

const hugeFile = 200_000_000

// huge returns the same bytes each time, without a file and without holding them.
func huge() io.Reader { return io.LimitReader(rand.New(rand.NewSource(7)), hugeFile) }

const smallPDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
	"trailer<</Root 1 0 R>>\n%%EOF\n"

// Files of every kind are attached to recipes and come back byte for byte through the CDN, survive
// a restart, are gone once removed, and are inaccessible to others: on the store in the data
// folder, and on an S3 server.
func TestFilesComeBack(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func(t *testing.T) []string{
		"embedded": func(*testing.T) []string { return nil },
		"s3":       onS3,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filesComeBack(t, store(t)...)
		})
	}
}

// onS3 returns the variables for storing files in a new bucket on the tests' S3 server.
func onS3(t *testing.T) []string {
	t.Helper()
	options := testkit.S3(t)
	return []string{
		"LARDER_S3_ENDPOINT=" + options.Endpoint, "LARDER_S3_BUCKET=" + options.Bucket,
		"LARDER_S3_ACCESS_KEY=" + options.AccessKey, "LARDER_S3_SECRET_KEY=" + options.SecretKey,
	}
}

func filesComeBack(t *testing.T, settings ...string) {
	t.Helper()
	edge := larder.NewEdge(t)
	server := larder.Start(t, append(settings, fmt.Sprintf("LARDER_MAX_FILE_SIZE=%d", hugeFile), "LARDER_CDN_URL="+edge.URL())...)
	edge.Before(server)
	ada, ben := server.AddUser(t, "ada"), server.AddUser(t, "ben")
	recipe, _ := ada.Create(t, larder.Named("Apple pie"))

	contents := larder.Pictures(t)
	contents["Großmutters Rezept, 祖母.pdf"] = []byte(smallPDF)
	contents["notes.txt"] = []byte("Better the day after.\n")
	for name, content := range contents {
		ada.Attach(t, recipe.ID, name, bytes.NewReader(content)).Want(t, http.StatusCreated)
	}
	big, _ := ada.Create(t, larder.Named("Wedding film"))
	ada.Attach(t, big.ID, "film.bin", huge()).Want(t, http.StatusCreated)
	server.Restart(t)

	atOrigin := func(address string) string { return strings.Replace(address, edge.URL(), server.URL(), 1) }
	files := ada.Files(t, recipe.ID)
	require.Len(t, files, len(contents))
	for _, file := range files {
		require.True(t, strings.HasPrefix(file.URL, edge.URL()+"/"), "%s is read through the CDN", file.URL)
		answer := larder.Open(t, "", file.URL)
		require.Equal(t, http.StatusOK, answer.StatusCode, file.Name)
		require.True(t, larder.Same(t, answer.Body, bytes.NewReader(contents[file.Name])), file.Name)
		for _, size := range file.Sizes {
			require.Equal(t, http.StatusOK, larder.Open(t, "", size.URL).StatusCode, "%s at %d", file.Name, size.Edge)
		}
	}
	film := ada.Files(t, big.ID)[0]
	require.EqualValues(t, hugeFile, film.Size)
	require.True(t, larder.Same(t, larder.Open(t, "", film.URL).Body, huge()))

	ada.Do(t, http.MethodDelete, "/api/files/"+film.ID, nil).Want(t, http.StatusNoContent)
	require.Equal(t, http.StatusNotFound, larder.Open(t, "", atOrigin(film.URL)).StatusCode)
	require.Empty(t, ada.Files(t, big.ID))

	ben.Attach(t, recipe.ID, "mine.txt", strings.NewReader("mine")).Want(t, http.StatusNotFound)
	ben.Do(t, http.MethodDelete, "/api/files/"+files[0].ID, nil).Want(t, http.StatusNotFound)
	ben.Get(t, recipe.ID).Want(t, http.StatusNotFound)
	forged := strings.Replace(files[0].URL, ada.User.ID, ben.User.ID, 1)
	for _, address := range []string{forged, atOrigin(forged)} {
		require.Equal(t, http.StatusForbidden, larder.Open(t, "", address).StatusCode)
	}

	// A restored recipe has its files again.
	ada.Do(t, http.MethodDelete, "/api/recipes/"+recipe.ID, nil).Want(t, http.StatusNoContent)
	ada.Do(t, http.MethodPost, "/api/recipes/"+recipe.ID+"/restore", map[string]any{"version": 1}).Want(t, http.StatusOK)
	require.Len(t, ada.Files(t, recipe.ID), len(contents))
	require.Equal(t, http.StatusOK, larder.Open(t, "", atOrigin(files[0].URL)).StatusCode)

	// A copy has every byte and restores what the store lost, and verification finds the corrupted
	// object.
	copies := t.TempDir()
	server.MustRun(t, "", "backup", "run", "--files", copies)
	server.MustRun(t, "", "backup", "verify", "--files", copies)
	for _, key := range objectsOf(t, server, ada.User.ID) {
		require.NoError(t, server.Objects(t).Delete(t.Context(), key))
	}
	require.Equal(t, 1, server.Run(t, "", "backup", "verify", "--files", copies).Code)
	server.MustRun(t, "", "backup", "restore", "--files", copies)
	server.MustRun(t, "", "backup", "verify", "--files", copies)
	photo := larder.Open(t, "", atOrigin(files[0].URL))
	require.Equal(t, http.StatusOK, photo.StatusCode)
	require.Equal(t, files[0].MediaType, photo.Header.Get("Content-Type"))
	spoilt := filepath.Join(copies, ada.User.ID, files[0].SHA256, "original")
	require.NoError(t, os.WriteFile(spoilt, []byte("rot"), 0o600))
	verdict := server.Run(t, "", "backup", "verify", "--files", copies)
	require.Equal(t, 1, verdict.Code)
	require.Contains(t, verdict.Stderr, files[0].SHA256)

	// Deleting the user leaves no object of theirs.
	require.NotEmpty(t, objectsOf(t, server, ada.User.ID))
	server.MustRun(t, "", "user", "delete", "ada")
	require.Empty(t, objectsOf(t, server, ada.User.ID))
	require.Equal(t, http.StatusNotFound, larder.Open(t, "", atOrigin(files[0].URL)).StatusCode)
}

// objectsOf returns a user's keys in a larder's store.
func objectsOf(t *testing.T, server *larder.Server, user string) []string {
	t.Helper()
	var keys []string
	require.NoError(t, server.Objects(t).Each(t.Context(), user+"/", func(o objectstore.Object) error {
		keys = append(keys, o.Key)
		return nil
	}))
	return keys
}
