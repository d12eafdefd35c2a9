package fileservice_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	fileservice "larder.dev/file-service"
	"larder.dev/internal/testkit"
)

func noise(size int) []byte {
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(content) // it never fails
	return content
}

// offset returns where a client must resume.
func (c *cook) offset(address string) int {
	c.w.t.Helper()
	asked := c.ask(address)
	require.Equal(c.w.t, http.StatusOK, asked.status)
	offset, err := strconv.Atoi(asked.header.Get("Upload-Offset"))
	require.NoError(c.w.t, err)
	return offset
}

// An upload of several parts continues at any file service, in pieces of any size, with
// interruptions, and ends as one complete file, leaving nothing in the incoming area.
func TestUploadGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	first := newWorld(t, func(deps *fileservice.Deps) { deps.MaxSize = 20 << 20 })
	services := []*world{first, first.another()}
	c := first.cook()
	content := noise(13<<20 + 17)
	address := c.began("film.bin", len(content))
	offset := 0
	for i, size := range []int{1, 5<<20 - 1, 3 << 20, 1 << 20, 2<<20 + 5} {
		got := c.at(services[(i+1)%2]).patch(address, offset, content[offset:offset+size])
		require.Equal(t, http.StatusNoContent, got.status, "%s", got.body)
		offset += size
		require.Equal(t, strconv.Itoa(offset), got.header.Get("Upload-Offset"))
		require.Equal(t, offset, c.at(services[i%2]).offset(address))
	}
	c.at(services[1]).breakOff(address, offset, len(content)-offset, content[offset:offset+100_000])
	testkit.Until(t, "what was sent is kept", func() bool { return c.at(services[0]).offset(address) == offset+100_000 })
	offset += 100_000
	require.Equal(t, http.StatusConflict, c.at(services[1]).patch(address, offset-1, content[offset-1:]).status)
	last := c.at(services[0]).patch(address, offset, content[offset:])
	require.Equal(t, http.StatusNoContent, last.status, "%s", last.body)

	require.Equal(t, 1, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))
	hash := scan[string](c, `SELECT files -> 0 ->> 'sha256' FROM recipes WHERE id = $1`, c.recipe)
	require.True(t, bytes.Equal(content, c.original(hash)))
	require.Empty(t, c.comingIn())
	require.Equal(t, last.header.Get("Larder-File"), c.at(services[1]).ask(address).header.Get("Larder-File"))
	require.Equal(t, http.StatusNoContent, c.at(services[1]).do(http.MethodDelete, address, "", nil, "Tus-Resumable", "1.0.0").status)
	require.Equal(t, http.StatusNotFound, c.at(services[0]).ask(address).status)
}

// Requests that bring the same bytes to two file services at once don't mix.
func TestUploadOneAtATimeElsewhere(t *testing.T) {
	t.Parallel()
	first := newWorld(t, func(deps *fileservice.Deps) { deps.MaxSize = 20 << 20 })
	services := []*world{first, first.another()}
	c := first.cook()
	content := noise(7 << 20)
	address := c.began("a.bin", len(content))
	var senders sync.WaitGroup
	for i := range 4 {
		senders.Go(func() { c.at(services[i%2]).patch(address, 0, content) })
	}
	senders.Wait()
	offset := c.offset(address)
	require.Equal(t, http.StatusNoContent, c.patch(address, offset, content[offset:]).status)
	require.Equal(t, 1, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))
	require.Equal(t, len(content), scan[int](c, `SELECT (files -> 0 ->> 'size')::int FROM recipes WHERE id = $1`, c.recipe))
	require.Len(t, c.keys(), 1)
}

// A person's unfinished uploads are limited in total bytes, wherever they were begun and even if
// many begin at once; other people's are accepted, and so are the person's own once one is
// abandoned.
func TestUnfinishedBytes(t *testing.T) {
	t.Parallel()
	first := newWorld(t, func(deps *fileservice.Deps) { deps.MaxUnfinished = 4 << 20 })
	services := []*world{first, first.another()}
	ada, ben := first.cook(), first.cook()
	var mu sync.Mutex
	var begun []string
	var refused []answer
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			got := ada.at(services[i%2]).begin(fmt.Sprint(i), 1<<20)
			mu.Lock()
			defer mu.Unlock()
			if got.status == http.StatusCreated {
				begun = append(begun, got.header.Get("Location"))
			} else {
				refused = append(refused, got)
			}
		})
	}
	all.Wait()
	require.Len(t, begun, 4)
	for _, got := range refused {
		require.Equal(t, http.StatusTooManyRequests, got.status, "%s", got.body)
		require.Equal(t, "application/problem+json", strings.Split(got.header.Get("Content-Type"), ";")[0])
		require.NotEmpty(t, got.header.Get("Retry-After"))
		require.Empty(t, got.header.Get("Location"))
	}
	require.Equal(t, http.StatusCreated, ben.begin("ben's", 1<<20).status)
	require.Equal(t, http.StatusNoContent, ada.do(http.MethodDelete, begun[0], "", nil, "Tus-Resumable", "1.0.0").status)
	require.Equal(t, http.StatusCreated, ada.begin("one more", 1<<20).status)
}

// A form too large for the memory buffer is treated like a small one: the bytes are stored once,
// and nothing is left in the incoming area, even if it breaks off or is too large.
func TestLargeForm(t *testing.T) {
	t.Parallel()
	c := newWorld(t, func(deps *fileservice.Deps) { deps.MaxSize = 12 << 20 }).cook()
	content := noise(11<<20 + 3)
	f := c.attached("film.bin", content)
	got := c.do(http.MethodGet, f.URL, "", nil)
	require.True(t, bytes.Equal(content, got.body))
	require.Equal(t, "application/octet-stream", got.header.Get("Content-Type"))
	require.Equal(t, f.SHA256, c.attached("again.bin", content).SHA256)
	require.Len(t, c.keys(), 1)
	tooLarge := c.attach("large.bin", noise(12<<20+1))
	require.Equal(t, http.StatusRequestEntityTooLarge, tooLarge.status)
	require.Contains(t, string(tooLarge.body), `"limit":12582912`)
	contentType, body := form(t, "a.bin", content)
	broken := c.do(http.MethodPost, "/api/recipes/"+c.recipe+"/files", contentType, bytes.NewReader(body[:9<<20]))
	require.Equal(t, http.StatusBadRequest, broken.status)
	require.Len(t, c.keys(), 1)
	require.Empty(t, c.comingIn())
}
