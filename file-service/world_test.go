package fileservice_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	fileservice "larder.dev/file-service"
	"larder.dev/internal/apidocs/apidocstest"
	"larder.dev/internal/cdn"
	"larder.dev/internal/identity"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
)

// TestMain lets the test binary draw pictures.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == fileservice.DrawCommand {
		os.Exit(fileservice.DrawPicture(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// world is the file service over real stores, at a real address.
type world struct {
	t       *testing.T
	db      *pgxpool.Pool
	redis   *redis.Client
	objects objectstore.Store
	url     string
	service *fileservice.Service
	deps    fileservice.Deps
}

func migrate(ctx context.Context, url string) error {
	return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
}

func newWorld(t *testing.T, options ...func(*fileservice.Deps)) *world {
	t.Helper()
	w := &world{t: t, objects: testkit.Objects(t)}
	var err error
	w.db, err = postgres.Open(t.Context(), testkit.Postgres(t, migrate), postgres.Options{Application: "file-service test", MaxConns: 6})
	require.NoError(t, err)
	t.Cleanup(w.db.Close)
	w.redis, err = redis.Open(t.Context(), testkit.Redis(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.redis.Close() })
	signer := cdn.NewPlain("", []byte("a secret of thirty-two bytes, yes"))
	deps := fileservice.Deps{
		Pool: w.db, Redis: w.redis, Sessions: identity.NewSessions(w.redis), Objects: w.objects,
		Signer: signer, Verify: signer, MaxSize: 1 << 20,
		Drawer: []string{os.Args[0], fileservice.DrawCommand}, Log: testkit.Logger(t),
	}
	for _, option := range options {
		option(&deps)
	}
	w.deps = deps
	return w.another()
}

// another is a second file service on the same stores.
func (w *world) another() *world {
	w.t.Helper()
	second := *w
	var err error
	second.service, err = fileservice.New(w.deps)
	require.NoError(w.t, err)
	server := httptest.NewServer(second.service.Handler())
	w.t.Cleanup(server.Close)
	second.url = server.URL
	return &second
}

// cook is a logged-in user with a recipe.
type cook struct {
	w                 *world
	id, token, recipe string
}

// at is the same cook at another file service.
func (c *cook) at(w *world) *cook {
	other := *c
	other.w = w
	return &other
}

func (w *world) cook() *cook {
	w.t.Helper()
	c := &cook{w: w, id: uuid.NewString(), recipe: uuid.NewString()}
	_, err := w.db.Exec(w.t.Context(), `INSERT INTO user_changes (user_id, change) VALUES ($1, 1)`, c.id)
	require.NoError(w.t, err)
	_, err = w.db.Exec(w.t.Context(), `INSERT INTO recipes (user_id, id, version, change, name, description, source_url, tags, notes,
		steps, files, created_at, updated_at) VALUES ($1, $2, 1, 1, 'Pie', '', '', '{}', '', '[]', '[]', now(), now())`, c.id, c.recipe)
	require.NoError(w.t, err)
	_, err = w.db.Exec(w.t.Context(), `INSERT INTO ingredients (user_id, recipe_id, position, text, quantity, unit, name, note, section, second)
		VALUES ($1, $2, 0, '1 lb (450 g) beef', 1, 'lb', 'beef', '', '', '{"quantity": 450, "quantity_max": null, "unit": "g", "relation": "same"}'),
			($1, $2, 1, '200 g rice', NULL, '', '', '', '', NULL)`, c.id, c.recipe)
	require.NoError(w.t, err)
	c.token, err = identity.NewSessions(w.redis).Create(w.t.Context(), identity.User{ID: c.id, Name: "cook"}, "test")
	require.NoError(w.t, err)
	return c
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (c *cook) do(method, path, contentType string, body io.Reader, headers ...string) answer {
	c.w.t.Helper()
	request, err := http.NewRequestWithContext(c.w.t.Context(), method, c.w.url+path, body)
	require.NoError(c.w.t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(c.w.t, err)
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	require.NoError(c.w.t, err)
	apidocstest.RequireDocumented(c.w.t, method, path, response.StatusCode)
	return answer{response.StatusCode, response.Header, read}
}

func form(t *testing.T, name string, content []byte) (contentType string, body []byte) {
	t.Helper()
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	part, err := writer.CreateFormFile("file", name)
	require.NoError(t, err)
	_, _ = part.Write(content)
	require.NoError(t, writer.Close())
	return writer.FormDataContentType(), buffer.Bytes()
}

type file struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	MediaType string     `json:"media_type"`
	SHA256    string     `json:"sha256"`
	Color     string     `json:"color"`
	URL       string     `json:"url"`
	Sizes     []cdn.Size `json:"sizes"`
}

func (c *cook) attach(name string, content []byte, headers ...string) answer {
	c.w.t.Helper()
	contentType, body := form(c.w.t, name, content)
	return c.do(http.MethodPost, "/api/recipes/"+c.recipe+"/files", contentType, bytes.NewReader(body), headers...)
}

func (c *cook) attached(name string, content []byte) file {
	c.w.t.Helper()
	got := c.attach(name, content)
	require.Equal(c.w.t, http.StatusCreated, got.status, "%s", got.body)
	var f file
	require.NoError(c.w.t, json.Unmarshal(got.body, &f))
	return f
}

// original returns the stored bytes of a file, by its hash.
func (c *cook) original(hash string) []byte {
	t := c.w.t
	t.Helper()
	reader, err := c.w.objects.Get(t.Context(), c.id+"/"+hash+"/original")
	require.NoError(t, err)
	defer reader.Close()
	content, err := io.ReadAll(reader)
	require.NoError(t, err)
	return content
}

// keys returns the cook's objects.
func (c *cook) keys() []string { return c.w.keys(c.id + "/") }

// comingIn returns the objects of the cook's unfinished uploads.
func (c *cook) comingIn() []string {
	return append(c.w.keys("uploads/"+c.id+"/"), c.w.keys("incoming/"+c.id+"/")...)
}

func (w *world) keys(prefix string) []string {
	w.t.Helper()
	keys := []string{}
	require.NoError(w.t, w.objects.Each(w.t.Context(), prefix, func(o objectstore.Object) error {
		keys = append(keys, o.Key)
		return nil
	}))
	return keys
}

// later waits until the store's clock, which may have a resolution of seconds, is past everything
// written, and returns that time.
func (w *world) later() time.Time {
	w.t.Helper()
	var changed time.Time
	written := time.Now()
	testkit.Until(w.t, "the store's clock goes on", func() bool {
		require.NoError(w.t, w.objects.Put(w.t.Context(), "clock", strings.NewReader("x"), 1, "x/y"))
		clock, err := w.objects.Stat(w.t.Context(), "clock")
		require.NoError(w.t, err)
		changed = clock.Changed
		return changed.After(written)
	})
	return changed
}

func scan[T any](c *cook, query string, args ...any) T {
	c.w.t.Helper()
	var v T
	require.NoError(c.w.t, c.w.db.QueryRow(c.w.t.Context(), query, args...).Scan(&v))
	return v
}
