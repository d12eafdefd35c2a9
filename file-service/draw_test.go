package fileservice_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "golang.org/x/image/webp"

	"larder.dev/events"
	fileservice "larder.dev/file-service"
	"larder.dev/internal/cdn"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
	"larder.dev/internal/testkit/pictures"
)

// brought attaches a file as an import does, and returns the addresses that detail gives for it.
func (c *cook) brought(content []byte) cdn.File {
	t := c.w.t
	t.Helper()
	_, err := c.w.service.Attach(t.Context(), fileservice.Attachment{
		User: c.id, Recipe: c.recipe, Name: "photo", Bytes: bytes.NewReader(content), Key: "import " + strconv.Itoa(len(content)),
	})
	require.NoError(t, err)
	hash := sha256.Sum256(content)
	addresses, err := cdn.Addresses(c.w.deps.Signer, c.id, cdn.Kept{
		SHA256: hex.EncodeToString(hash[:]), Name: "photo", MediaType: http.DetectContentType(content),
	}, time.Now())
	require.NoError(t, err)
	require.Len(t, addresses.Sizes, len(cdn.Variants()))
	return addresses
}

// An imported picture is attached without its sizes. Whoever asks for one gets it, as a JPEG until
// the WebP is drawn in the background.
func TestSizesAreDrawnWhenAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cook()
	photo := c.brought(pictures.Photo(1600, 1200))
	require.Len(t, c.keys(), 1, "the original alone")

	var both sync.WaitGroup
	for _, size := range photo.Sizes {
		both.Go(func() {
			got := c.do(http.MethodGet, size.URL, "", nil)
			require.Equal(t, http.StatusOK, got.status, "%s", got.body)
			require.Equal(t, "image/jpeg", got.header.Get("Content-Type"))
			config, _, err := image.DecodeConfig(bytes.NewReader(got.body))
			require.NoError(t, err)
			require.Equal(t, size.Edge, config.Width)
			if size.MediaType == "image/webp" {
				require.Equal(t, "private, max-age=60", got.header.Get("Cache-Control"))
			} else {
				require.Contains(t, got.header.Get("Cache-Control"), "immutable")
			}
		})
	}
	both.Wait()
	require.Len(t, c.keys(), 3, "each edge is drawn once, as a JPEG")

	drawing, stop := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() { w.service.DrawLater(drawing) })
	require.Eventually(t, func() bool { return len(c.keys()) == 5 }, time.Minute, 20*time.Millisecond)
	stop()
	ended.Wait()
	for _, size := range photo.Sizes {
		got := c.do(http.MethodGet, size.URL, "", nil)
		require.Equal(t, size.MediaType, got.header.Get("Content-Type"))
		require.Contains(t, got.header.Get("Cache-Control"), "immutable")
	}
}

// An export has a JPEG of a picture whose sizes weren't drawn: it draws one, unless the original is a
// JPEG.
func TestJPEGOfAPictureWithoutSizes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cook()
	opener := fileservice.NewOpener(w.objects, w.deps.Drawer, 0, testkit.Logger(t))
	for name, content := range map[string][]byte{"jpeg": pictures.Photo(40, 30), "png": pictures.Drawing(40, 30)} {
		c.brought(content)
		hash := sha256.Sum256(content)
		file := events.File{SHA256: hex.EncodeToString(hash[:]), MediaType: "image/" + name}
		opened, err := opener.OpenJPEG(t.Context(), c.id, file)
		require.NoError(t, err)
		_, format, err := image.DecodeConfig(opened)
		require.NoError(t, err)
		require.NoError(t, opened.Close())
		require.Equal(t, "jpeg", format)
	}
	_, err := opener.OpenJPEG(t.Context(), c.id, events.File{SHA256: strings.Repeat("0", 64), MediaType: "image/png"})
	require.ErrorIs(t, err, objectstore.ErrNotFound)
}

// What only looks like a picture has no sizes, and its original stays to be had.
func TestPictureThatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	whole := pictures.Photo(400, 300)
	photo := c.brought(whole[:300])
	for _, size := range photo.Sizes {
		got := c.do(http.MethodGet, size.URL, "", nil)
		require.Equal(t, http.StatusNotFound, got.status)
		require.Contains(t, string(got.body), "can't be drawn")
	}
	require.Equal(t, http.StatusOK, c.do(http.MethodGet, photo.URL, "", nil).status)
}

// A copy of the files from before the sizes were drawn is whole: they are drawn from the original.
func TestBackupWithoutSizes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cook()
	photo := c.brought(pictures.Photo(600, 400))
	backup := fileservice.FilesBackup{Pool: w.db, Objects: w.objects, Dir: t.TempDir()}
	_, err := backup.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, c.do(http.MethodGet, photo.Sizes[0].URL, "", nil).status)

	report, err := backup.Verify(t.Context())
	require.NoError(t, err)
	require.True(t, report.Same(), "%+v", report)
	for _, key := range c.keys() {
		require.NoError(t, w.objects.Delete(t.Context(), key))
	}
	report, err = backup.Restore(t.Context())
	require.NoError(t, err)
	require.True(t, report.Same(), "%+v", report)
	require.Equal(t, http.StatusOK, c.do(http.MethodGet, photo.Sizes[0].URL, "", nil).status)
}
