package fileservice_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	fileservice "larder.dev/file-service"
)

// stream sends a form whose bytes the test writes, and returns the answer.
func (c *cook) stream(write func(to io.Writer)) answer {
	c.w.t.Helper()
	contentType, body := form(c.w.t, "slow.txt", []byte("0123456789"))
	reader, writer := io.Pipe()
	go func() {
		_, _ = writer.Write(body[:len(body)/2])
		write(writer)
		_, _ = writer.Write(body[len(body)/2:])
		_ = writer.Close()
	}()
	defer reader.Close()
	return c.do(http.MethodPost, "/api/recipes/"+c.recipe+"/files", contentType, reader)
}

// A silent sender is disconnected with a reason and leaves nothing behind; a slow one isn't.
func TestSlowUpload(t *testing.T) {
	t.Parallel()
	c := newWorld(t, func(deps *fileservice.Deps) { deps.Silence = 500 * time.Millisecond }).cook()
	answered := make(chan struct{})
	got := func() answer {
		defer close(answered)
		return c.stream(func(io.Writer) { <-answered })
	}()
	require.Equal(t, http.StatusRequestTimeout, got.status, "%s", got.body)
	require.Empty(t, c.keys())
	require.Zero(t, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))

	// A part before the file takes longer than the silence limit, a byte at a time.
	contentType, body := form(t, "slow.txt", []byte("0123456789"))
	boundary := strings.TrimPrefix(contentType, "multipart/form-data; boundary=")
	reader, writer := io.Pipe()
	go func() {
		_, _ = fmt.Fprintf(writer, "--%s\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n", boundary)
		pause := time.NewTicker(50 * time.Millisecond)
		defer pause.Stop()
		for range 20 {
			<-pause.C
			_, _ = writer.Write([]byte("x"))
		}
		_, _ = writer.Write(append([]byte("\r\n"), body...))
		_ = writer.Close()
	}()
	got = c.do(http.MethodPost, "/api/recipes/"+c.recipe+"/files", contentType, reader)
	require.Equal(t, http.StatusCreated, got.status, "%s", got.body)
}

// One cook uploads a thousand small files, several at a time: each is there, once.
func TestThousandSmallFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook()
	recipes := []cook{*ada}
	for len(recipes) < 10 {
		another := *ada
		another.recipe = uuid.NewString()
		_, err := w.db.Exec(t.Context(), `INSERT INTO recipes SELECT (jsonb_populate_record(r, jsonb_build_object('id', $2::text))).*
			FROM recipes r WHERE id = $1`, ada.recipe, another.recipe)
		require.NoError(t, err)
		recipes = append(recipes, another)
	}
	var senders sync.WaitGroup
	for n, recipe := range recipes {
		senders.Go(func() {
			for i := range 100 {
				got := recipe.attach(fmt.Sprintf("%d.txt", i), fmt.Appendf(nil, "file %d of recipe %d", i, n))
				if got.status != http.StatusCreated {
					t.Errorf("file %d of recipe %d: %d %s", i, n, got.status, got.body)
				}
			}
		})
	}
	senders.Wait()
	require.Equal(t, 1000, len(ada.keys())) //nolint:testifylint // don't list them all on failure
	require.Equal(t, 1000, scan[int](ada, `SELECT sum(jsonb_array_length(files))::int FROM recipes`))
	require.Equal(t, 1000, scan[int](ada, `SELECT count(DISTINCT change)::int FROM event_log`))
	require.Equal(t, http.StatusUnprocessableEntity, ada.attach("101.txt", []byte("one too many")).status)
}

// A form cut anywhere is refused, whether or not its length matches, and leaves nothing behind.
func TestTruncatedForms(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	contentType, body := form(t, "a.bin", bytes.Repeat([]byte("0123456789"), 20))
	path := "/api/recipes/" + c.recipe + "/files"
	for cut := 0; cut < len(body)-2; cut += 7 { // cutting the last line's end goes unnoticed
		got := c.do(http.MethodPost, path, contentType, bytes.NewReader(body[:cut]))
		require.Contains(t, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}, got.status, "cut at %d: %s", cut, got.body)
	}
	// The length promises more than is sent, and the sender disconnects.
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.w.url, "http://"))
	require.NoError(t, err)
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: larder\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, c.token, contentType, len(body)+1000, body[:150])
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	said, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(said), "400 Bad Request")
	require.NoError(t, conn.Close())
	require.Empty(t, c.keys())
	require.Zero(t, scan[int](c, `SELECT jsonb_array_length(files) FROM recipes WHERE id = $1`, c.recipe))
}

// An archive is just bytes: it is never opened, whatever names it contains, and is served as a
// download.
func TestArchiveIsNotOpened(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	for _, name := range []string{"../../../etc/cron.d/evil", "/etc/passwd", `..\..\evil.exe`, "a\x00b"} {
		entry, err := writer.CreateHeader(&zip.FileHeader{Name: name})
		require.NoError(t, err)
		_, _ = entry.Write([]byte("evil"))
	}
	require.NoError(t, writer.Close())
	f := c.attached("photo.jpg.zip", archive.Bytes())
	require.Equal(t, "application/zip", f.MediaType)
	got := c.do(http.MethodGet, f.URL, "", nil)
	require.True(t, bytes.Equal(archive.Bytes(), got.body))
	require.Equal(t, "attachment; filename=photo.jpg.zip", got.header.Get("Content-Disposition"))
	require.Len(t, c.keys(), 1)
}

// A name is only a name: one that looks like a path or has two extensions affects neither where the
// bytes are stored nor how they are served.
func TestTrickyNames(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	for given, want := range map[string]string{
		"../../../etc/passwd":        "passwd",
		`..\..\windows\system.ini`:   "system.ini",
		"recipe.pdf.exe":             "recipe.pdf.exe",
		"invoice\u202efdp.exe":       "invoicefdp.exe",
		"%2e%2e%2fetc":               "%2e%2e%2fetc",
		"a?b#c&d=e.txt":              "a?b#c&d=e.txt",
		"CON":                        "CON",
		"quote\" and; semicolon.txt": "quote\" and; semicolon.txt",
	} {
		f := c.attached(given, []byte("MZ "+given))
		require.Equal(t, want, f.Name, "%q", given)
		got := c.do(http.MethodGet, f.URL, "", nil)
		require.Equal(t, http.StatusOK, got.status, "%q at %s", given, f.URL)
		require.Equal(t, "MZ "+given, string(got.body))
		require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
	}
	for _, key := range c.keys() {
		require.Regexp(t, "^"+c.id+"/[0-9a-f]{64}/original$", key)
	}
}

// No spelling of a path opens another file than the signed one.
func TestPathTricks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, ben := w.cook(), w.cook()
	f, hers := ben.attached("a.txt", []byte("ben's")), ada.attached("a.txt", []byte("ada's"))
	path, query, _ := strings.Cut(f.URL, "?")
	target, _, _ := strings.Cut(hers.URL, "?")
	relative := strings.TrimPrefix(target, "/files/")
	for _, tricky := range []string{
		"/files/" + ben.id + "/../" + relative,
		"/files/" + ben.id + "/%2e%2e/" + relative,
		"/files/" + ben.id + "/..%2f" + relative,
		"/files//" + relative,
		path + "/../../../../" + relative,
		path + "%00",
		strings.Replace(path, "/original/", "/original/../400.webp/", 1),
		strings.ToUpper(path),
		target,
	} {
		got := ben.do(http.MethodGet, tricky+"?"+query, "", nil)
		require.GreaterOrEqual(t, got.status, 300, "%s: %s", tricky, got.body)
		require.NotContains(t, string(got.body), "ada's", tricky)
	}
}
