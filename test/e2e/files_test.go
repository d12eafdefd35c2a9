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

	"larder.dev/test/larder"
)

const hugeFile = 200_000_000

// huge gives the same bytes each time, without a file and without holding them.
func huge() io.Reader { return io.LimitReader(rand.New(rand.NewSource(7)), hugeFile) }

const smallPDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
	"trailer<</Root 1 0 R>>\n%%EOF\n"

// Files of every kind go onto recipes and come back byte for byte at their signed addresses, survive a restart,
// are gone when they are removed, and are nobody else's.
func TestFilesComeBack(t *testing.T) {
	t.Parallel()
	server := larder.Start(t, fmt.Sprintf("LARDER_MAX_FILE_SIZE=%d", hugeFile+1<<20))
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

	server.Stop(t)
	server.Start(t)
	files := ada.Files(t, recipe.ID)
	require.Len(t, files, len(contents))
	for _, file := range files {
		answer := larder.Open(t, server.URL(), file.URL)
		require.Equal(t, http.StatusOK, answer.StatusCode, file.Name)
		require.True(t, larder.Same(t, answer.Body, bytes.NewReader(contents[file.Name])), file.Name)
		for _, size := range file.Sizes {
			require.Equal(t, http.StatusOK, larder.Open(t, server.URL(), size.URL).StatusCode, "%s at %d", file.Name, size.Edge)
		}
	}
	film := ada.Files(t, big.ID)[0]
	require.EqualValues(t, hugeFile, film.Size)
	require.True(t, larder.Same(t, larder.Open(t, server.URL(), film.URL).Body, huge()))

	ada.Do(t, http.MethodDelete, "/api/files/"+film.ID, nil).Want(t, http.StatusNoContent)
	require.Equal(t, http.StatusNotFound, larder.Open(t, server.URL(), film.URL).StatusCode)
	require.Empty(t, ada.Files(t, big.ID))

	ben.Attach(t, recipe.ID, "mine.txt", strings.NewReader("mine")).Want(t, http.StatusNotFound)
	ben.Do(t, http.MethodDelete, "/api/files/"+files[0].ID, nil).Want(t, http.StatusNotFound)
	forged := strings.Replace(files[0].URL, ada.User.ID, ben.User.ID, 1)
	require.Equal(t, http.StatusForbidden, larder.Open(t, server.URL(), forged).StatusCode)

	// Deleting the user leaves no object of theirs.
	server.MustRun(t, "", "user", "delete", "ada")
	left, err := filepath.Glob(filepath.Join(server.DataDir, "objects", "objects", "larder", ada.User.ID, "*", "*"))
	require.NoError(t, err)
	require.Empty(t, left)
	require.Equal(t, http.StatusNotFound, larder.Open(t, server.URL(), files[0].URL).StatusCode)
	_, err = os.Stat(filepath.Join(server.DataDir, "objects", "objects", "larder"))
	require.NoError(t, err, "this is where objects are")
}
