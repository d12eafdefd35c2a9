package fileservice_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	fileservice "larder.dev/file-service"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
	"larder.dev/internal/topology"
)

// begin starts a resumable upload like a tus client.
func (c *cook) begin(name string, size int, headers ...string) answer {
	c.w.t.Helper()
	encode := base64.StdEncoding.EncodeToString
	return c.do(http.MethodPost, "/api/files/uploads", "", nil, append([]string{
		"Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(size),
		"Upload-Metadata", "recipe " + encode([]byte(c.recipe)) + ",filename " + encode([]byte(name)),
	}, headers...)...)
}

func (c *cook) began(name string, size int) (address string) {
	c.w.t.Helper()
	got := c.begin(name, size)
	require.Equal(c.w.t, http.StatusCreated, got.status, "%s", got.body)
	require.Regexp(c.w.t, `^/api/files/uploads/[0-9a-f-]{36}$`, got.header.Get("Location"))
	return got.header.Get("Location")
}

func (c *cook) patch(address string, offset int, content []byte) answer {
	c.w.t.Helper()
	return c.do(http.MethodPatch, address, "application/offset+octet-stream", bytes.NewReader(content),
		"Tus-Resumable", "1.0.0", "Upload-Offset", strconv.Itoa(offset))
}

func (c *cook) ask(address string) answer {
	c.w.t.Helper()
	return c.do(http.MethodHead, address, "", nil, "Tus-Resumable", "1.0.0")
}

// A client can ask for the server's capabilities without a session, and every answer has the
// protocol version.
func TestUploadsDescribeThemselves(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	address := c.began("a", 10)
	stranger := *c
	stranger.token = "nobody's"
	for _, at := range []string{"/api/files/uploads", address} {
		got := stranger.do(http.MethodOptions, at, "", nil)
		require.Equal(t, http.StatusNoContent, got.status, at)
		require.Equal(t, "1.0.0", got.header.Get("Tus-Version"), at)
		require.Equal(t, "creation,creation-with-upload,expiration,termination", got.header.Get("Tus-Extension"), at)
		require.Equal(t, "1048576", got.header.Get("Tus-Max-Size"), at)
		require.Equal(t, "1.0.0", got.header.Get("Tus-Resumable"), at)
	}
	for name, got := range map[string]answer{
		"no session": stranger.ask(address), "not there": c.ask("/api/files/uploads/" + uuid.NewString()),
		"no such method": c.do(http.MethodGet, address, "", nil), "here": c.ask(address),
	} {
		require.Equal(t, "1.0.0", got.header.Get("Tus-Resumable"), name)
	}
	require.Equal(t, http.StatusMethodNotAllowed, c.do(http.MethodGet, address, "", nil).status)
	require.Equal(t, "DELETE, HEAD, PATCH", c.do(http.MethodGet, address, "", nil).header.Get("Allow"))
	old := c.do(http.MethodPatch, address, "application/offset+octet-stream", strings.NewReader("x"),
		"Tus-Resumable", "0.2.2", "Upload-Offset", "0")
	require.Equal(t, http.StatusPreconditionFailed, old.status)
	require.Equal(t, "1.0.0", old.header.Get("Tus-Version"), "which one is spoken")
}

// Headers of unsupported extensions are refused rather than ignored: parts would be stored as
// files.
func TestUploadsRefuseOtherExtensions(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	for header, value := range map[string]string{
		"Upload-Concat": "partial", "upload-concat": "final;/api/files/uploads/a /api/files/uploads/b", "Upload-Defer-Length": "1",
	} {
		got := c.begin("a", 10, header, value)
		require.Equal(t, http.StatusBadRequest, got.status, header)
		require.Contains(t, strings.ToLower(string(got.body)), strings.ToLower(header)+" is not taken", header)
		require.Empty(t, got.header.Get("Location"), header)
	}
}

// breakOff sends a request head that promises all of the bytes, then some of them, and disconnects.
func (c *cook) breakOff(address string, offset, promised int, sent []byte) {
	c.w.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.w.url, "http://"))
	require.NoError(c.w.t, err)
	_, err = fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: larder\r\nAuthorization: Bearer %s\r\nTus-Resumable: 1.0.0\r\n"+
		"Content-Type: application/offset+octet-stream\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n\r\n%s",
		address, c.token, offset, promised, sent)
	require.NoError(c.w.t, err)
	require.NoError(c.w.t, conn.Close())
}

// A broken connection loses nothing: the upload continues after the last byte that arrived, and the
// file is attached once, complete.
func TestUploadGoesOn(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	content := bytes.Repeat([]byte("0123456789abcdef"), 40_000)
	address := c.began("Großmutters Film.bin", len(content))
	c.breakOff(address, 0, len(content), content[:300_000])
	arrived := 0
	testkit.Until(t, "what was sent is kept", func() bool {
		asked := c.ask(address)
		arrived, _ = strconv.Atoi(asked.header.Get("Upload-Offset"))
		return asked.status == http.StatusOK && arrived == 300_000
	})
	require.Zero(t, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))

	last := c.patch(address, arrived, content[arrived:])
	require.Equal(t, http.StatusNoContent, last.status, "%s", last.body)
	require.Equal(t, c.recipe+"@2", last.header.Get("Larder-After"))
	var kept file
	require.NoError(t, json.Unmarshal(scan[[]byte](c, `SELECT files -> 0 FROM recipes WHERE id = $1`, c.recipe), &kept))
	require.Equal(t, last.header.Get("Larder-File"), kept.ID)
	require.Equal(t, "Großmutters Film.bin", kept.Name)
	require.True(t, bytes.Equal(content, c.original(kept.SHA256)))

	// A client that missed the last answer asks and gets the same one.
	asked := c.ask(address)
	require.Equal(t, strconv.Itoa(len(content)), asked.header.Get("Upload-Offset"))
	require.Equal(t, kept.ID, asked.header.Get("Larder-File"))
	require.Equal(t, http.StatusNoContent, c.patch(address, len(content), nil).status)
	require.Equal(t, 1, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))
}

// Concurrent requests with the same bytes don't mix: one succeeds, or the offset reports what
// arrived.
func TestUploadOneAtATime(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	content := bytes.Repeat([]byte("x"), 500_000)
	address := c.began("a.bin", len(content))
	var senders sync.WaitGroup
	for range 5 {
		senders.Go(func() { c.patch(address, 0, content) })
	}
	senders.Wait()
	offset, err := strconv.Atoi(c.ask(address).header.Get("Upload-Offset"))
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, c.patch(address, offset, content[offset:]).status)
	require.Equal(t, 1, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))
	require.Equal(t, len(content), scan[int](c, `SELECT (files -> 0 ->> 'size')::int FROM recipes WHERE id = $1`, c.recipe))
}

// A wrong offset, a wrong length and unknown protocol use are refused with the reason, and what has
// arrived stays.
func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	address := c.began("a.bin", 10)
	require.Equal(t, http.StatusNoContent, c.patch(address, 0, []byte("01234")).status)
	refuse := func(want int, got answer) {
		t.Helper()
		require.Equal(t, want, got.status, "%s", got.body)
		require.Equal(t, "application/problem+json", strings.Split(got.header.Get("Content-Type"), ";")[0])
	}
	refuse(http.StatusConflict, c.patch(address, 3, []byte("34567")))
	refuse(http.StatusConflict, c.patch(address, 7, []byte("789")))
	refuse(http.StatusRequestEntityTooLarge, c.patch(address, 5, []byte("56789 and more")))
	refuse(http.StatusBadRequest, c.patch(address, -1, []byte("x")))
	refuse(http.StatusBadRequest, c.do(http.MethodPatch, address, "text/plain", strings.NewReader("56789"),
		"Tus-Resumable", "1.0.0", "Upload-Offset", "5"))
	refuse(http.StatusPreconditionFailed, c.do(http.MethodPatch, address, "application/offset+octet-stream",
		strings.NewReader("56789"), "Tus-Resumable", "0.2.2", "Upload-Offset", "5"))
	require.Equal(t, "5", c.ask(address).header.Get("Upload-Offset"))
	require.Equal(t, http.StatusNoContent, c.patch(address, 5, []byte("56789")).status)

	refuse(http.StatusBadRequest, c.begin("empty", 0))
	tooLarge := c.begin("large", 1<<20+1)
	refuse(http.StatusRequestEntityTooLarge, tooLarge)
	require.Contains(t, string(tooLarge.body), `"limit":1048576`)
	c.recipe = uuid.NewString()
	refuse(http.StatusNotFound, c.begin("no recipe", 1))
	own := c.w.cook().recipe
	for _, spelling := range []string{
		"../../etc", "", "urn:uuid:" + own, "{" + own + "}", strings.ReplaceAll(own, "-", ""), strings.ToUpper(own), own + " ",
	} {
		c.recipe = spelling
		refuse(http.StatusUnprocessableEntity, c.begin("no id", 1))
	}
	c.token = "nobody"
	refuse(http.StatusUnauthorized, c.begin("no session", 1))
}

// A recipe's files and a cook's open uploads are limited at creation, before any bytes are sent;
// finished and abandoned uploads don't count.
func TestUploadQuotas(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	finished := c.began("done.txt", 1)
	require.Equal(t, http.StatusNoContent, c.patch(finished, 0, []byte("x")).status)
	var last string
	for i := range 20 {
		last = c.began(fmt.Sprint(i), 5)
	}
	got := c.begin("one more", 5)
	require.Equal(t, http.StatusUnprocessableEntity, got.status)
	require.Contains(t, string(got.body), `"limit":20`)
	drop := func(address string) int {
		return c.do(http.MethodDelete, address, "", nil, "Tus-Resumable", "1.0.0").status
	}
	require.Equal(t, http.StatusNoContent, drop(last))
	require.Equal(t, http.StatusNotFound, drop(last))
	require.Equal(t, http.StatusNotFound, c.ask(last).status)
	c.began("one more", 5)

	full := c.w.cook()
	_, err := c.w.db.Exec(t.Context(), `UPDATE recipes SET files = (SELECT jsonb_agg(jsonb_build_object('id', n::text)) FROM generate_series(1, 100) n)
		WHERE id = $1`, full.recipe)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, full.begin("101", 5).status)
}

// Another user's upload is indistinguishable from a missing one, for every request.
func TestUploadIsNobodyElses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, ben := w.cook(), w.cook()
	address := ada.began("a.bin", 5)
	require.Equal(t, http.StatusNotFound, ben.ask(address).status)
	require.Equal(t, http.StatusNotFound, ben.patch(address, 0, []byte("12345")).status)
	require.Equal(t, http.StatusNotFound, ben.do(http.MethodDelete, address, "", nil, "Tus-Resumable", "1.0.0").status)
	ben.recipe = ada.recipe
	require.Equal(t, http.StatusNotFound, ben.begin("b.bin", 5).status)
	require.Equal(t, "0", ada.ask(address).header.Get("Upload-Offset"))
}

// If the store is down for some bytes, or nothing may be written at the last one, the cook is told;
// nothing that arrived is lost, and the next request finishes the upload. No request reports
// success before that.
func TestUploadWaitsForTheStore(t *testing.T) {
	t.Parallel()
	door := testkit.NewObjectsDoor(t)
	var held atomic.Bool
	c := newWorld(t, func(deps *fileservice.Deps) {
		var err error
		deps.Objects, err = objectstore.Open(door.At)
		require.NoError(t, err)
		deps.MayWrite = func() error {
			if held.Load() {
				return topology.ErrNotConfirmed
			}
			return nil
		}
	}).cook()
	address := c.began("a.txt", 5)
	require.Equal(t, http.StatusNoContent, c.patch(address, 0, []byte("he")).status)
	door.Cut()
	got := c.patch(address, 2, []byte("llo"))
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.NotEmpty(t, got.header.Get("Retry-After"))
	require.Equal(t, http.StatusServiceUnavailable, c.ask(address).status)
	door.Mend()
	testkit.Until(t, "the store is back", func() bool { return c.ask(address).status == http.StatusOK })
	require.Equal(t, "2", c.ask(address).header.Get("Upload-Offset"))

	held.Store(true)
	got = c.patch(address, 2, []byte("llo"))
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.NotEmpty(t, got.header.Get("Retry-After"))
	require.Equal(t, http.StatusServiceUnavailable, c.ask(address).status)
	held.Store(false)
	require.Equal(t, http.StatusOK, c.ask(address).status)
	require.Equal(t, 1, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))
	require.Empty(t, c.comingIn())
}

// An upload idle for a day is swept completely and counted; one in progress stays, whichever of its
// objects was written last.
func TestUploadExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(deps *fileservice.Deps) { deps.MaxSize = 20 << 20 })
	c := w.cook()
	content := make([]byte, 12<<20)
	old, finished, large := c.began("old", 5), c.began("finished", 5), c.began("large", len(content))
	fresh, growing := c.began("fresh", 5), c.began("growing", len(content))
	for _, address := range []string{old, fresh} {
		require.Equal(t, http.StatusNoContent, c.patch(address, 0, []byte("hel")).status)
	}
	require.Equal(t, http.StatusNoContent, c.patch(finished, 0, []byte("hello")).status)
	require.Equal(t, http.StatusNoContent, c.patch(large, 0, content[:6<<20]).status)
	before := w.later()
	require.Equal(t, http.StatusNoContent, c.patch(fresh, 3, []byte("l")).status)
	require.Equal(t, http.StatusNoContent, c.patch(growing, 0, content[:5<<20]).status, "a part and nothing else")

	swept, err := w.service.SweepUploads(t.Context(), before)
	require.NoError(t, err)
	require.Equal(t, 2, swept, "one that became a file isn't told")
	for _, gone := range []string{old, large, finished} {
		require.Equal(t, http.StatusNotFound, c.ask(gone).status)
		require.Empty(t, w.keys("uploads/"+c.id+"/"+path.Base(gone)))
	}
	require.Equal(t, "4", c.ask(fresh).header.Get("Upload-Offset"))
	require.Equal(t, strconv.Itoa(5<<20), c.ask(growing).header.Get("Upload-Offset"))
	require.Empty(t, w.keys("uploaded/"))
	require.Equal(t, 1, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))
}

// The bytes of an upload whose recipe is gone are dropped at once: by a request that brings more,
// one that asks, one that brings the last, and otherwise by a sweep.
func TestUploadOfDeletedRecipe(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	content := bytes.Repeat([]byte("0123456789abcdef"), 4_000)
	for name, next := range map[string]func(address string){
		"more": func(address string) {
			require.Equal(t, http.StatusNotFound, c.patch(address, 1_000, content[1_000:2_000]).status)
		},
		"last": func(address string) {
			require.Equal(t, http.StatusNotFound, c.patch(address, 1_000, content[1_000:]).status)
		},
		"asked": func(address string) { require.Equal(t, http.StatusNotFound, c.ask(address).status) },
		"swept": func(string) {
			dropped, err := c.w.service.SweepUploads(t.Context(), time.Now().Add(-time.Hour))
			require.NoError(t, err)
			require.Equal(t, 1, dropped)
		},
	} {
		address := c.began(name, len(content))
		require.Equal(t, http.StatusNoContent, c.patch(address, 0, content[:1_000]).status)
		_, err := c.w.db.Exec(t.Context(), `UPDATE recipes SET deleted_at = now() WHERE id = $1`, c.recipe)
		require.NoError(t, err)
		next(address)
		require.Empty(t, c.comingIn(), name)
		require.Equal(t, http.StatusNotFound, c.ask(address).status, name)
		_, err = c.w.db.Exec(t.Context(), `UPDATE recipes SET deleted_at = NULL WHERE id = $1`, c.recipe)
		require.NoError(t, err)
	}
}
