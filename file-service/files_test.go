package fileservice_test

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	fileservice "larder.dev/file-service"
	"larder.dev/internal/cdn"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
	"larder.dev/internal/topology"
)

// An upload creates the recipe's next version, with an event that carries the whole recipe; a
// removal's event follows.
func TestEvents(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	got := c.attach("a.txt", []byte("hello"))
	require.Equal(t, c.recipe+"@2", got.header.Get("Larder-After"))
	f := c.attached("b.txt", []byte("world"))
	require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, "/api/files/"+f.ID, "", nil).status)
	rows, err := c.w.db.Query(t.Context(), `SELECT event_id, type, schema_version, version, data FROM event_log ORDER BY id`)
	require.NoError(t, err)
	var told []string
	for rows.Next() {
		e := events.Envelope{Source: events.Source, Subject: events.RecipeSubject(c.id, c.recipe)}
		require.NoError(t, rows.Scan(&e.ID, &e.Type, &e.SchemaVersion, &e.Version, (*[]byte)(&e.Data)))
		r, err := events.DecodeRecipe(e)
		require.NoError(t, err)
		require.Equal(t, []events.Ingredient{
			{Text: "1 lb (450 g) beef", Quantity: new(1.0), Unit: "lb", Name: "beef", Second: &events.SecondMeasure{
				Quantity: 450, Unit: "g", Relation: events.RelationSame,
			}},
			{Text: "200 g rice"}, // as stored: the backup's rows come from the event
		}, r.Ingredients)
		var names []string
		for _, file := range r.Files {
			names = append(names, file.Name)
		}
		told = append(told, string(e.Type)+" "+strings.Join(names, ","))
	}
	require.Equal(t, []string{
		"recipe.file-attached a.txt", "recipe.file-attached a.txt,b.txt", "recipe.file-removed a.txt",
	}, told)
}

// The same bytes are stored once, and removed with their last reference.
func TestSameBytesOnce(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	first, second := c.attached("one.txt", []byte("same")), c.attached("two.txt", []byte("same"))
	require.Len(t, c.keys(), 1)
	require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, "/api/files/"+first.ID, "", nil).status)
	require.Len(t, c.keys(), 1)
	require.Equal(t, http.StatusOK, c.do(http.MethodGet, second.URL, "", nil).status)
	require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, "/api/files/"+second.ID, "", nil).status)
	require.Empty(t, c.keys())
	require.Equal(t, http.StatusNotFound, c.do(http.MethodGet, second.URL, "", nil).status)
}

// A picture has a colour, even if its bytes were stored before, both in the recipe's row and in the
// answer; other files have none.
func TestColor(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	pixels := image.NewRGBA(image.Rect(0, 0, 30, 20))
	draw.Draw(pixels, pixels.Bounds(), image.NewUniform(color.RGBA{R: 0xc4, G: 0x6a, B: 0x2f, A: 0xff}), image.Point{}, draw.Src)
	var photo bytes.Buffer
	require.NoError(t, png.Encode(&photo, pixels))
	require.Equal(t, "#c46a2f", c.attached("soup.png", photo.Bytes()).Color)
	again := c.attached("again.png", photo.Bytes()).Color
	require.Regexp(t, "^#c[3-5]6[9ab](2e|2f|30)$", again, "of the small JPEG")
	require.Empty(t, c.attached("soup.txt", []byte("soup")).Color)
	require.Equal(t, []string{"#c46a2f", again, ""}, scan[[]string](c,
		`SELECT array_agg(file->>'color' ORDER BY place) FROM recipes, jsonb_array_elements(files) WITH ORDINALITY f (file, place)
		WHERE id = $1`, c.recipe))
}

// A repeated key attaches once and returns the first answer; with other bytes it is refused.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	first := c.attach("a.txt", []byte("x"), "Idempotency-Key", "k")
	again := c.attach("a.txt", []byte("x"), "Idempotency-Key", "k")
	require.Equal(t, first.body, again.body)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	require.Equal(t, 1, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))
	require.Equal(t, http.StatusUnprocessableEntity, c.attach("a.txt", []byte("y"), "Idempotency-Key", "k").status)
	require.Len(t, c.keys(), 1, "refused bytes aren't kept")
}

// Another user's recipe and file are indistinguishable from missing ones.
func TestNobodyElses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, ben := w.cook(), w.cook()
	f := ada.attached("a.txt", []byte("x"))
	ben.recipe = ada.recipe
	require.Equal(t, http.StatusNotFound, ben.attach("b.txt", []byte("x")).status)
	require.Equal(t, http.StatusNotFound, ben.do(http.MethodDelete, "/api/files/"+f.ID, "", nil).status)
	require.Equal(t, http.StatusNotFound, ben.do(http.MethodDelete, "/api/files/"+uuid.NewString(), "", nil).status)
	forged := strings.Replace(f.URL, ada.id, ben.id, 1)
	require.Equal(t, http.StatusForbidden, ben.do(http.MethodGet, forged, "", nil).status)
	ben.token = "nobody"
	require.Equal(t, http.StatusUnauthorized, ben.attach("b.txt", []byte("x")).status)
	require.Empty(t, ben.keys())
}

// An upload never runs as our origin, whatever its name and claimed type.
func TestNothingRuns(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	for name, content := range map[string]string{
		"page.jpg":     "<!DOCTYPE html><html><script>alert(1)</script></html>",
		"drawing.png":  `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"a.svg.txt":    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`,
		"notes.html":   "just text",
		"archive.docx": "PK\x03\x04not really",
		"broken.jpeg":  "\xff\xd8\xff\xe0 not a picture",
	} {
		f := c.attached(name, []byte(content))
		got := c.do(http.MethodGet, f.URL, "", nil)
		require.Equal(t, http.StatusOK, got.status, name)
		require.Equal(t, content, string(got.body))
		require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
		require.Contains(t, got.header.Get("Content-Security-Policy"), "sandbox;")
		if strings.Contains(f.MediaType, "html") || strings.Contains(f.MediaType, "svg") || strings.Contains(f.MediaType, "xml") {
			require.True(t, strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment"), "%s is %s", name, f.MediaType)
		}
	}
}

// No type that a browser could run, or read as part of a page, is ever delivered, whatever the
// bytes look like, and requests for such uses are refused. Types that are only shown are kept.
func TestNoScriptTypeIsDelivered(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	contents := map[string]string{
		"a.js":    "#!/usr/bin/env node\nself.ran = true",
		"a.mjs":   "export const ran = true",
		"a.wasm":  "\x00asm\x01\x00\x00\x00",
		"a.json":  `{"ran": true}`,
		"a.html":  "<!DOCTYPE html><script>ran = true</script>",
		"a.xhtml": `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>ran = true</script></html>`,
		"a.svg":   `<svg xmlns="http://www.w3.org/2000/svg"><script>ran = true</script></svg>`,
		"a.vtt":   "WEBVTT\n\n00:00.000 --> 00:10.000\nran",
		"a.jar":   "PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x14\x00\x00\x00META-INF/MANIFEST.MF",
		"a.swf":   "CWS\x0a",
	}
	harmless := regexp.MustCompile(`^(application/(octet-stream|zip)|text/plain(; charset=[a-z0-9-]+)?)$`)
	for name, content := range contents {
		f := c.attached(name, []byte(content))
		for dest, want := range map[string]int{
			"": http.StatusOK, "empty": http.StatusOK, "document": http.StatusOK, "image": http.StatusOK,
			"audio": http.StatusOK, "video": http.StatusOK,
			"script": http.StatusForbidden, "worker": http.StatusForbidden, "sharedworker": http.StatusForbidden,
			"serviceworker": http.StatusForbidden, "audioworklet": http.StatusForbidden, "paintworklet": http.StatusForbidden,
			"style": http.StatusForbidden, "json": http.StatusForbidden, "xslt": http.StatusForbidden, "manifest": http.StatusForbidden,
			"iframe": http.StatusForbidden, "frame": http.StatusForbidden, "embed": http.StatusForbidden, "object": http.StatusForbidden,
			"font": http.StatusForbidden, "track": http.StatusForbidden, "ServiceWorker": http.StatusForbidden,
			"invented-later": http.StatusForbidden,
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				got := c.do(method, f.URL, "", nil, "Sec-Fetch-Dest", dest)
				require.Equal(t, want, got.status, "%s %s for %q", method, name, dest)
				require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
				require.Contains(t, got.header.Values("Vary"), "Sec-Fetch-Dest")
				if want != http.StatusOK {
					require.NotContains(t, string(got.body), content)
					continue
				}
				require.Regexp(t, harmless, got.header.Get("Content-Type"), "%s, which is %s", name, f.MediaType)
			}
		}
	}
}

// A Range of thousands of parts is refused; one of a few is served.
func TestRangesOfAFile(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	f := c.attached("a.bin", bytes.Repeat([]byte("0123456789"), 10_000))
	few := c.do(http.MethodGet, f.URL, "", nil, "Range", "bytes=0-1,20-22,-3")
	require.Equal(t, http.StatusPartialContent, few.status)
	require.Contains(t, few.header.Get("Content-Type"), "multipart/byteranges")
	many := c.do(http.MethodGet, f.URL, "", nil, "Range", "bytes=0-0"+strings.Repeat(",2-2", 4000))
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, many.status)
	beyond := c.do(http.MethodGet, f.URL, "", nil, "Range", "bytes=100000-")
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, beyond.status)
	require.Equal(t, "application/problem+json", beyond.header.Get("Content-Type"))
	require.Equal(t, "bytes */100000", beyond.header.Get("Content-Range"))
	require.JSONEq(t, `{"type":"about:blank","title":"Requested Range Not Satisfiable","status":416,"detail":"The file has no byte in this range.",
		"instance":"urn:request:`+beyond.header.Get("X-Request-Id")+`"}`, string(beyond.body))
}

// Ranges, conditional reads and file names work as HTTP requires.
func TestDelivery(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	f := c.attached("Omas Küche.txt", []byte("0123456789"))
	whole := c.do(http.MethodGet, f.URL, "", nil)
	require.Equal(t, "inline; filename*=utf-8''Omas%20K%C3%BCche.txt", whole.header.Get("Content-Disposition"))
	require.Contains(t, whole.header.Get("Cache-Control"), "immutable")
	part := c.do(http.MethodGet, f.URL, "", nil, "Range", "bytes=3-5")
	require.Equal(t, http.StatusPartialContent, part.status)
	require.Equal(t, "345", string(part.body))
	require.Equal(t, http.StatusNotModified, c.do(http.MethodGet, f.URL, "", nil, "If-None-Match", whole.header.Get("ETag")).status)
	for _, altered := range []string{f.URL + "0", strings.Replace(f.URL, "expires=1", "expires=2", 1), strings.Split(f.URL, "?")[0], f.URL + "&more=1"} {
		require.Equal(t, http.StatusForbidden, c.do(http.MethodGet, altered, "", nil).status, altered)
	}
}

// A body that is no form, truncated, empty or too large is refused with the reason and leaves
// nothing behind.
func TestRefusals(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	path := "/api/recipes/" + c.recipe + "/files"
	contentType, body := form(t, "a.bin", bytes.Repeat([]byte("x"), 1000))
	require.Equal(t, http.StatusBadRequest, c.do(http.MethodPost, path, contentType, bytes.NewReader(body[:600])).status)
	require.Equal(t, http.StatusUnsupportedMediaType, c.do(http.MethodPost, path, "text/plain", strings.NewReader("x")).status)
	require.Equal(t, http.StatusUnprocessableEntity, c.do(http.MethodPost, path, "multipart/form-data; boundary=b", strings.NewReader("--b--\r\n")).status)
	require.Equal(t, http.StatusUnprocessableEntity, c.attach("empty", nil).status)
	tooLarge := c.attach("large.bin", make([]byte, 1<<20+1))
	require.Equal(t, http.StatusRequestEntityTooLarge, tooLarge.status)
	require.Contains(t, string(tooLarge.body), `"limit":1048576`)
	require.Empty(t, c.keys())
	require.Zero(t, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))
}

// While the object store is down, uploads get 503 with Retry-After, and removals still succeed.
func TestStoreAway(t *testing.T) {
	t.Parallel()
	c := newWorld(t, func(deps *fileservice.Deps) {
		var err error
		deps.Objects, err = objectstore.Open(objectstore.Options{Endpoint: "http://127.0.0.1:1", Bucket: "bucket", AccessKey: "k", SecretKey: "s"})
		require.NoError(t, err)
	}).cook()
	got := c.attach("a.txt", []byte("x"))
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.NotEmpty(t, got.header.Get("Retry-After"))
	_, err := c.w.db.Exec(t.Context(), `UPDATE recipes SET files = '[{"id": "01a21028-18b8-7cc2-ab77-1bb9126d08bb", "sha256": "ab"}]'`)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, "/api/files/01a21028-18b8-7cc2-ab77-1bb9126d08bb", "", nil).status)
}

// While this may not be the primary, nothing is written, nor are bytes removed that a newer primary
// may reference. What was committed before that was noticed isn't acknowledged, and is completed
// when sent again with its key.
func TestNothingIsWrittenWithoutALease(t *testing.T) {
	t.Parallel()
	var allowed atomic.Int64
	c := newWorld(t, func(deps *fileservice.Deps) {
		deps.MayWrite = func() error {
			if allowed.Add(-1) < 0 {
				return topology.ErrNotConfirmed
			}
			return nil
		}
	}).cook()
	attached := func() int {
		return scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe)
	}
	got := c.attach("a.txt", []byte("x"), "Idempotency-Key", "one")
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.NotEmpty(t, got.header.Get("Retry-After"))
	require.Zero(t, attached())
	allowed.Store(1)
	require.Equal(t, http.StatusServiceUnavailable, c.attach("a.txt", []byte("x"), "Idempotency-Key", "one").status)
	require.Equal(t, 1, attached())
	allowed.Store(2)
	got = c.attach("a.txt", []byte("x"), "Idempotency-Key", "one")
	require.Equal(t, http.StatusCreated, got.status, "%s", got.body)
	require.Equal(t, 1, attached())
	var f file
	require.NoError(t, json.Unmarshal(got.body, &f))
	allowed.Store(2)
	require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, "/api/files/"+f.ID, "", nil).status)
	require.Len(t, c.keys(), 1, "the bytes are left to the sweep")
}

// Erasing a deleted user removes all objects; for an existing one, everything referenced stays.
func TestErase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone, stays := w.cook(), w.cook()
	for _, c := range []*cook{gone, stays} {
		c.attached("a.txt", []byte("x"))
		c.began("unfinished.bin", 10)
		c.patch(c.began("finished.bin", 1), 0, []byte("x"))
	}
	for _, table := range []string{"recipes", "user_changes"} {
		_, err := w.db.Exec(t.Context(), `DELETE FROM `+table+` WHERE user_id = $1`, gone.id)
		require.NoError(t, err)
	}
	for _, user := range []string{gone.id, stays.id} {
		_, err := fileservice.Erase(t.Context(), w.db, w.objects, user)
		require.NoError(t, err)
	}
	require.Empty(t, append(gone.keys(), gone.comingIn()...))
	require.Empty(t, w.keys("uploaded/"+gone.id))
	require.Len(t, stays.keys(), 1)
	require.NotEmpty(t, stays.comingIn())
	_, err := fileservice.Erase(t.Context(), w.db, w.objects, "")
	require.Error(t, err, "nothing is everybody")
}

// A deleted recipe's bytes are kept while it can be restored with them, and removed after that.
func TestDeletedRecipeLeavesNothing(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	c.attached("a.txt", []byte("x"))
	requireErased(t, c, 0, 0)
	requireErased(t, c, 30, 0)
	require.Equal(t, http.StatusNotFound, c.attach("b.txt", []byte("y")).status)
	requireErased(t, c, 32, 1)
	require.Empty(t, c.keys())
}

// requireErased checks what a sweep removes when the recipe was deleted some days ago.
func requireErased(t *testing.T, c *cook, days, want int) {
	t.Helper()
	_, err := c.w.db.Exec(t.Context(), `UPDATE recipes SET deleted_at = now() - make_interval(days => $2) WHERE id = $1`, c.recipe, days)
	require.NoError(t, err)
	removed, err := fileservice.Erase(t.Context(), c.w.db, c.w.objects, c.id)
	require.NoError(t, err)
	require.Equal(t, want, removed, "after %d days", days)
}

//go:embed internal/picture/testdata
var photoFiles embed.FS

// A phone's photo is a picture like any other: it has a colour and every size, even if its bytes
// were stored before such photos could be drawn.
func TestPhonePhotos(t *testing.T) {
	t.Parallel()
	photos := map[string][]byte{"photo.heic": nil, "turned.avif": nil}
	for name := range photos {
		var err error
		photos[name], err = photoFiles.ReadFile("internal/picture/testdata/" + name)
		require.NoError(t, err)
	}
	c := newWorld(t).cook()
	for name, content := range photos {
		hash := sha256.Sum256(content)
		key := c.id + "/" + hex.EncodeToString(hash[:]) + "/original"
		mediaType := "image/" + strings.TrimPrefix(path.Ext(name), ".")
		require.NoError(t, c.w.objects.Put(t.Context(), key, bytes.NewReader(content), int64(len(content)), mediaType))

		f := c.attached(name, content)
		require.Equal(t, mediaType, f.MediaType)
		require.NotEmpty(t, f.Color)
		require.Len(t, f.Sizes, len(cdn.Variants()))
		for _, size := range f.Sizes {
			got := c.do(http.MethodGet, size.URL, "", nil)
			require.Equal(t, http.StatusOK, got.status, size.URL)
			require.Equal(t, size.MediaType, got.header.Get("Content-Type"))
		}
	}
	broken := c.attached("broken.heic", []byte("\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heicmiaf and then nothing"))
	require.Equal(t, "application/octet-stream", broken.MediaType)
}

// The signed addresses of a disabled or deleted user stop working within seconds, even for a CDN
// that only asks for the signature; other users' keep working.
func TestAddressesEndWithTheirUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, ben, cem := w.cook(), w.cook(), w.cook()
	_, err := w.db.Exec(t.Context(), `INSERT INTO users (id, name, name_key, password_hash, version, created_at, updated_at)
		VALUES ($1, 'ada', 'ada', '', 1, now(), now())`, ada.id)
	require.NoError(t, err)
	status := func(address string) []int {
		return []int{
			ben.do(http.MethodGet, address, "", nil).status,
			ben.do(http.MethodGet, "/api/files/signature", "", nil, "X-Original-URI", address).status,
		}
	}
	opens, shut := []int{http.StatusOK, http.StatusNoContent}, []int{http.StatusForbidden, http.StatusForbidden}
	address, another, deleted := ada.attached("a.txt", []byte("x")).URL, ben.attached("a.txt", []byte("x")).URL, cem.attached("a.txt", []byte("x")).URL
	require.Equal(t, opens, status(address))
	_, err = w.db.Exec(t.Context(), `UPDATE users SET disabled = true WHERE id = $1`, ada.id)
	require.NoError(t, err)
	_, err = w.db.Exec(t.Context(), `DELETE FROM user_changes WHERE user_id = $1`, cem.id)
	require.NoError(t, err)
	require.Equal(t, []int{http.StatusNotFound, http.StatusForbidden}, status(deleted))
	var asked time.Time
	testkit.Until(t, "the addresses of a disabled user are shut", func() bool {
		if time.Since(asked) < 200*time.Millisecond {
			return false
		}
		asked = time.Now()
		return slices.Equal(shut, status(address))
	})
	require.Equal(t, opens, status(another))
}
