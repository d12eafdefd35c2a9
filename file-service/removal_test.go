package fileservice_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	fileservice "larder.dev/file-service"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
)

// While the object store hangs, removing bytes holds no lock that the user's other changes need; an
// upload of the same bytes waits until they are gone and stores them again.
func TestRemovalHoldsNoLock(t *testing.T) {
	t.Parallel()
	door := testkit.NewObjectsDoor(t)
	objects, err := objectstore.Open(door.At)
	require.NoError(t, err)
	c := newWorld(t, func(deps *fileservice.Deps) { deps.Objects = objects }).cook()
	first := c.attached("one.txt", []byte("same"))

	door.Freeze()
	removed, attached := make(chan answer, 1), make(chan answer, 1)
	go func() { removed <- c.do(http.MethodDelete, "/api/files/"+first.ID, "", nil) }()
	testkit.Until(t, "the removal begins", func() bool {
		return scan[int](c, `SELECT count(*) FROM file_removals WHERE user_id = $1 AND NOT done`, c.id) == 1
	})
	_, err = c.w.db.Exec(t.Context(), `SELECT FROM user_changes WHERE user_id = $1 FOR UPDATE NOWAIT`, c.id)
	require.NoError(t, err, "nobody has the lock")
	go func() { attached <- c.attach("two.txt", []byte("same")) }()
	door.Mend()
	require.Equal(t, http.StatusNoContent, testkit.Wait(t, removed, "the removal").status)
	got := testkit.Wait(t, attached, "the upload")
	require.Equal(t, http.StatusCreated, got.status, "%s", got.body)
	var second file
	require.NoError(t, json.Unmarshal(got.body, &second))
	require.Equal(t, http.StatusOK, c.do(http.MethodGet, second.URL, "", nil).status)
}

// Once a file is reported as attached it can be read, whatever else happens to the same bytes; and
// once nothing references them they are gone.
func TestSameBytesAtOnce(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	var all sync.WaitGroup
	problems := make(chan string, 1000)
	for range 4 {
		all.Go(func() {
			for range 8 {
				got := c.attach("a.txt", []byte("same"))
				var f file
				if got.status != http.StatusCreated || json.Unmarshal(got.body, &f) != nil {
					problems <- "attach: " + string(got.body)
					continue
				}
				if read := c.do(http.MethodGet, f.URL, "", nil); read.status != http.StatusOK {
					problems <- "an attached file can't be read: " + string(read.body)
				}
				if gone := c.do(http.MethodDelete, "/api/files/"+f.ID, "", nil); gone.status != http.StatusNoContent {
					problems <- "remove: " + string(gone.body)
				}
			}
		})
	}
	all.Wait()
	close(problems)
	for problem := range problems {
		require.Fail(t, problem)
	}
	require.Empty(t, c.keys())
}
