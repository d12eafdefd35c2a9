package importer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	fileservice "larder.dev/file-service"
	"larder.dev/importer"
	"larder.dev/internal/apidocs/apidocstest"
	"larder.dev/internal/cdn"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
	"larder.dev/recipe"
)

// TestMain lets the test binary draw pictures.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == fileservice.DrawCommand {
		os.Exit(fileservice.DrawPicture(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// world is the importer over real stores, with the other components' use cases and a relay.
type world struct {
	t        *testing.T
	db       *pgxpool.Pool
	sessions *identity.Sessions
	objects  objectstore.Store
	commands *commandapi.API
	url      string
	deps     importer.Deps
}

func newWorld(t *testing.T, options ...func(*importer.Deps)) *world {
	t.Helper()
	ctx := testkit.Context(t)
	w := &world{t: t, objects: testkit.Objects(t)}
	address := testkit.Postgres(t, func(ctx context.Context, url string) error {
		return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
	var err error
	w.db, err = postgres.Open(ctx, address, postgres.Options{Application: "importer test", MaxConns: 8})
	require.NoError(t, err)
	t.Cleanup(w.db.Close)
	client, err := redis.Open(ctx, testkit.Redis(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	w.sessions = identity.NewSessions(client)
	conn, err := jetstream.Connect(ctx, jetstream.Options{URL: testkit.NATS(t).URL(), Name: "test", Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.NoError(t, conn.EnsureStream(ctx, jetstream.StreamConfig{Name: events.Stream, Subjects: events.StreamSubjects()}))

	w.commands, err = commandapi.New(commandapi.Deps{Pool: w.db, Redis: client, Sessions: w.sessions, Log: testkit.Logger(t)})
	require.NoError(t, err)
	relay, err := commandapi.NewRelay(commandapi.RelayDeps{Pool: w.db, PostgresURL: address, Publisher: conn, Log: testkit.Logger(t)})
	require.NoError(t, err)
	signer := cdn.NewPlain("", []byte("a secret of thirty-two bytes, yes"))
	files, err := fileservice.New(fileservice.Deps{
		Pool: w.db, Redis: client, Sessions: w.sessions, Objects: w.objects, Signer: signer, Verify: signer,
		Drawer: []string{os.Args[0], fileservice.DrawCommand}, Log: testkit.Logger(t),
	})
	require.NoError(t, err)
	w.deps = importer.Deps{
		Pool: w.db, Redis: client, Sessions: w.sessions, Objects: w.objects, Stream: conn, Log: testkit.Logger(t),
		Write: func(ctx context.Context, user, id string, draft recipe.Draft, beside ledger.Beside) error {
			return translated(w.commands.ImportBeside(ctx, user, commandapi.Imported{ID: id, Draft: draft}, beside))
		},
		Replace: func(ctx context.Context, user, id string, at func(int64) bool, draft recipe.Draft, beside ledger.Beside) error {
			return translated(w.commands.ReplaceBeside(ctx, user, id, at, draft, beside))
		},
		Restore: func(ctx context.Context, user, id string, at func(int64) bool, earlier int64, beside ledger.Beside) error {
			return translated(w.commands.RestoreBeside(ctx, user, id, at, earlier, beside))
		},
		Delete: w.commands.DeleteUnchanged, Duplicates: w.commands.Duplicates,
		Picture: func(ctx context.Context, p importer.Picture) (int64, error) {
			version, err := files.Attach(ctx, fileservice.Attachment(p))
			if errors.Is(err, fileservice.ErrRefused) {
				return 0, fmt.Errorf("%w: %w", importer.ErrRefused, err)
			}
			return version, err
		},
	}
	for _, option := range options {
		option(&w.deps)
	}
	w.run(func(ctx context.Context) { _ = relay.Run(ctx) })
	built, err := importer.New(w.deps)
	require.NoError(t, err)
	w.run(built.Run)
	server := httptest.NewServer(built.Handler())
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// translated translates the command API's errors, as the program does.
func translated(err error) error {
	var unfit *commandapi.Unfit
	switch {
	case errors.As(err, &unfit):
		return fmt.Errorf("%w: %w", importer.ErrRefused, err)
	case errors.Is(err, commandapi.ErrSame):
		return importer.ErrSame
	case errors.Is(err, commandapi.ErrChanged):
		return importer.ErrChanged
	case errors.Is(err, commandapi.ErrNoRecipe):
		return importer.ErrGone
	default:
		return err
	}
}

// run runs something until the test ends.
func (w *world) run(do func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); do(ctx) }()
	w.t.Cleanup(func() { cancel(); <-ended })
}

// allowing lets imports fetch from a site on this machine.
func allowing(sites ...string) func(*importer.Deps) {
	return func(deps *importer.Deps) {
		for _, site := range sites {
			parsed, err := url.Parse(site)
			if err != nil {
				panic(err)
			}
			deps.Allow = append(deps.Allow, parsed.Host)
		}
	}
}

// cook is a logged-in user.
type cook struct {
	*world
	id, token string
}

func (w *world) cook() *cook {
	w.t.Helper()
	user, err := w.commands.Users().Add(w.t.Context(), commandapi.NewUser{Name: "cook-" + uuid.NewString()[:8], Password: "a long enough password"})
	require.NoError(w.t, err)
	token, err := w.sessions.Create(w.t.Context(), identity.User{ID: user.ID, Name: user.Name}, "test")
	require.NoError(w.t, err)
	return &cook{world: w, id: user.ID, token: token}
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (c *cook) do(method, path, contentType string, body io.Reader, headers ...string) answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	require.NoError(c.t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	apidocstest.RequireDocumented(c.t, method, c.url+path, response.StatusCode)
	return answer{response.StatusCode, response.Header, content}
}

func (c *cook) ask(body map[string]any, headers ...string) answer {
	c.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(c.t, err)
	return c.do(http.MethodPost, "/api/imports", "application/json", bytes.NewReader(text), headers...)
}

// begun is the answer to a request.
type begun struct {
	ID string `json:"id"`
}

// importList is a list of imports.
type importList struct {
	Items []shown `json:"items"`
}

// begin requests an import and returns its id.
func (c *cook) begin(body map[string]any) string {
	c.t.Helper()
	answer := c.ask(body)
	require.Equal(c.t, http.StatusAccepted, answer.status, string(answer.body))
	var begun begun
	require.NoError(c.t, json.Unmarshal(answer.body, &begun))
	require.Equal(c.t, "/api/imports/"+begun.ID, answer.header.Get("Location"))
	return begun.ID
}

// form is a form with a file.
func form(t *testing.T, name string, content []byte) (contentType string, body io.Reader) {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = part.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return w.FormDataContentType(), &form
}

// upload requests an import of a file and returns its id.
func (c *cook) upload(name string, content []byte) string {
	c.t.Helper()
	contentType, body := form(c.t, name, content)
	answer := c.do(http.MethodPost, "/api/imports", contentType, body)
	require.Equal(c.t, http.StatusAccepted, answer.status, string(answer.body))
	var begun begun
	require.NoError(c.t, json.Unmarshal(answer.body, &begun))
	return begun.ID
}

// shown is an import as the API shows it.
type shown struct {
	ID         string      `json:"id"`
	State      string      `json:"state"`
	Reason     string      `json:"reason"`
	Total      int         `json:"total"`
	Done       int         `json:"done"`
	Created    []created   `json:"created"`
	Replaced   []replaced  `json:"replaced"`
	Duplicates []duplicate `json:"duplicates"`
	Failed     []failure   `json:"failed"`
	Kept       []string    `json:"kept"`
	Cancelled  bool        `json:"cancelled"`
}

type created struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Number  int    `json:"number"`
	Picture *bool  `json:"picture"`
}

type replaced struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Number   int    `json:"number"`
	Version  int64  `json:"version"`
	Restored bool   `json:"restored"`
}

type duplicate struct {
	Number     int      `json:"number"`
	Duplicates []string `json:"duplicates"`
}

type failure struct {
	Place  string `json:"place"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func (c *cook) get(id string) shown {
	c.t.Helper()
	answer := c.do(http.MethodGet, "/api/imports/"+id, "", nil)
	require.Equal(c.t, http.StatusOK, answer.status, string(answer.body))
	var s shown
	require.NoError(c.t, json.Unmarshal(answer.body, &s))
	return s
}

// await waits until an import has a state.
func (c *cook) await(id, state string) shown {
	c.t.Helper()
	var s shown
	testkit.Until(c.t, "the import is "+state, func() bool { s = c.get(id); return s.State == state })
	return s
}

func (c *cook) recipes() map[string]events.Recipe {
	c.t.Helper()
	found := map[string]events.Recipe{}
	require.NoError(c.t, c.commands.Recipes(c.t.Context(), c.id, func(page []events.Recipe) error {
		for _, r := range page {
			found[r.ID] = r
		}
		return nil
	}))
	return found
}

// steps are the types of an import's events in the ledger, in order.
func (c *cook) steps(id string) []string {
	c.t.Helper()
	rows, err := c.db.Query(c.t.Context(), `SELECT type FROM event_log WHERE subject = $1 ORDER BY version`, events.ImportSubject(c.id, id))
	require.NoError(c.t, err)
	defer rows.Close()
	var types []string
	for rows.Next() {
		var typ string
		require.NoError(c.t, rows.Scan(&typ))
		types = append(types, typ)
	}
	require.NoError(c.t, rows.Err())
	return types
}
