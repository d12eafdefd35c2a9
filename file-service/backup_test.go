package fileservice_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	fileservice "larder.dev/file-service"
)

// Every referenced object is copied once, and verifying finds each that is missing or changed, in
// the store or in the copy.
func TestFilesBackup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, ben := w.cook(), w.cook()
	for _, content := range []string{"one", "two", "three"} {
		ada.attached(content, []byte(content))
	}
	hers := ben.attached("ben's", []byte("one"))
	backup := fileservice.FilesBackup{Pool: w.db, Objects: w.objects, Dir: t.TempDir()}

	report, err := backup.Run(t.Context())
	require.NoError(t, err)
	require.True(t, report.Same())
	require.Equal(t, []int{4, 4, 4}, []int{report.Files, report.Objects, report.Copied})
	require.EqualValues(t, 3+3+5+3, report.Bytes)
	report, err = backup.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int{4, 0}, []int{report.Objects, report.Copied}, "nothing is copied twice")
	report, err = backup.Verify(t.Context())
	require.NoError(t, err)
	require.True(t, report.Same())

	keys := ada.keys()
	require.NoError(t, w.objects.Put(t.Context(), keys[0], strings.NewReader("rot"), 3, "text/plain"))
	require.NoError(t, w.objects.Delete(t.Context(), keys[1]))
	require.NoError(t, os.Remove(filepath.Join(backup.Dir, keys[2])))
	require.NoError(t, os.WriteFile(filepath.Join(backup.Dir, ben.keys()[0]), []byte("bad"), 0o600))
	report, err = backup.Verify(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []string{keys[0], ben.keys()[0]}, report.Different)
	require.Equal(t, []string{keys[1]}, report.Missing)
	require.Equal(t, []string{keys[2]}, report.NotCopied)

	// Lost objects are restored unchanged; those missing or changed in the folder are reported.
	require.NoError(t, w.objects.Delete(t.Context(), keys[0]))
	require.NoError(t, w.objects.Delete(t.Context(), keys[2]))
	require.NoError(t, w.objects.Delete(t.Context(), ben.keys()[0]))
	report, err = backup.Restore(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, report.Copied)
	require.Equal(t, []string{keys[2]}, report.Missing)
	require.Len(t, report.Different, 1)
	restored, err := w.objects.Stat(t.Context(), keys[1])
	require.NoError(t, err)
	require.Equal(t, "text/plain; charset=utf-8", restored.MediaType)

	// A backup doesn't include unreferenced objects.
	require.Equal(t, http.StatusNoContent, ben.do(http.MethodDelete, "/api/files/"+hers.ID, "", nil).status)
	report, err = backup.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, report.Files)
	require.False(t, report.Same())
	require.Equal(t, []string{keys[2]}, report.Missing)
}
