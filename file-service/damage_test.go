package fileservice_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	fileservice "larder.dev/file-service"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
)

// A file that rotted on disk isn't delivered in full, is reported by a comparison with the copy,
// and is restored from it.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	at := testkit.Folder(t)
	w := newWorld(t, func(deps *fileservice.Deps) {
		var err error
		deps.Objects, err = objectstore.Open(at)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, deps.Objects.Close()) })
	})
	c := w.cook()
	content := strings.Repeat("better the day after ", 10_000)
	kept := c.attached("a.txt", []byte(content))
	backup := fileservice.FilesBackup{Pool: w.db, Objects: w.deps.Objects, Dir: t.TempDir()}
	report, err := backup.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, report.Copied)

	dir, _ := objectstore.BucketFolder(at.Endpoint, at.Bucket)
	path := filepath.Join(dir, c.id, kept.SHA256, "original")
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(content, "day", "dab", 1)), 0o600))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+kept.URL, http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	report, err = backup.Verify(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{c.id + "/" + kept.SHA256 + "/original"}, report.Different)

	require.NoError(t, os.Remove(path))
	report, err = backup.Restore(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, report.Copied)
	require.Equal(t, content, string(c.do(http.MethodGet, kept.URL, "", nil).body))
}
