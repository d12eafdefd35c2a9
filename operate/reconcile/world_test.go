package reconcile_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
	"larder.dev/internal/testkit"
	"larder.dev/operate/reconcile"
	"larder.dev/projectors"
	"larder.dev/projectors/cache"
	"larder.dev/projectors/replica"
	search "larder.dev/projectors/searchindex"
)

// world is a whole Larder on real stores, with the projections in a "process" of their own.
type world struct {
	testing.TB

	primary, backup *pgxpool.Pool
	redis           *redis.Client
	index           searchindex.Index
	conn            *jetstream.Conn
	sessions        *identity.Sessions
	api             *commandapi.API
	control         *projectors.Control
	stopRelay       func()
}

func migrate(ctx context.Context, url string) error {
	return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{TB: tb}
	log := slog.New(slog.DiscardHandler)
	primaryURL := testkit.Postgres(tb, migrate)
	w.primary, w.backup = w.database(primaryURL), w.database(testkit.Postgres(tb, migrate))
	var err error
	w.redis, err = redis.Open(tb.Context(), testkit.Redis(tb))
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = w.redis.Close() })
	w.index, err = bleveindex.Open(tb.TempDir(), bleveindex.Options{Log: log})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, w.index.Close()) })
	server := testkit.NATS(tb)
	w.conn = w.connect(server.URL())
	for _, stream := range projectors.Streams() {
		require.NoError(tb, w.conn.EnsureStream(tb.Context(), stream))
	}
	w.sessions = identity.NewSessions(w.redis)
	w.api, err = commandapi.New(commandapi.Deps{Pool: w.primary, Redis: w.redis, Sessions: w.sessions, Log: log})
	require.NoError(tb, err)
	relay, err := commandapi.NewRelay(commandapi.RelayDeps{Pool: w.primary, PostgresURL: primaryURL, Publisher: w.conn, Log: log})
	require.NoError(tb, err)
	runner := projectors.NewRunner(projectors.Deps{Conn: w.connect(server.URL()), Log: log},
		search.New(w.index), cache.New(w.redis), replica.New(w.backup))
	stop, err := projectors.ServeControl(w.conn, runner)
	require.NoError(tb, err)
	tb.Cleanup(stop)
	w.control = projectors.NewControl(w.connect(server.URL()))
	w.background(func(ctx context.Context) error { w.api.Run(ctx); return nil })
	w.stopRelay = w.background(relay.Run)
	w.background(runner.Run)
	return w
}

func (w *world) database(url string) *pgxpool.Pool {
	w.Helper()
	pool, err := postgres.Open(w.Context(), url, postgres.Options{Application: "reconcile test"})
	require.NoError(w, err)
	w.Cleanup(pool.Close)
	return pool
}

func (w *world) connect(url string) *jetstream.Conn {
	w.Helper()
	conn, err := jetstream.Connect(w.Context(), jetstream.Options{URL: url, Name: w.Name(), Log: slog.New(slog.DiscardHandler)})
	require.NoError(w, err)
	w.Cleanup(conn.Close)
	return conn
}

// background runs until stop, or the end of the test.
func (w *world) background(fn func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = fn(ctx) })
	stop = func() { cancel(); running.Wait() }
	w.Cleanup(stop)
	return stop
}

// cook is a user with a session.
type cook struct {
	*world

	id, token string
}

func (w *world) cook(name string) *cook {
	w.Helper()
	c, err := w.newCook(w.Context(), name)
	require.NoError(w, err)
	return c
}

func (w *world) newCook(ctx context.Context, name string) (*cook, error) {
	user, err := w.api.Users().Add(ctx, commandapi.NewUser{Name: name, Password: "correct horse battery", Grocery: true})
	if err != nil {
		return nil, err
	}
	token, err := w.sessions.Create(ctx, identity.User{ID: user.ID, Name: user.Name, Grocery: true}, "test")
	return &cook{w, user.ID, token}, err
}

// guest signs up, writes a recipe, and is deleted.
func (w *world) guest(ctx context.Context, name string) error {
	c, err := w.newCook(ctx, name)
	if err != nil {
		return err
	}
	c.send(http.MethodPost, "/api/recipes", `{"name":"Short"}`)
	_, err = w.api.Users().Delete(ctx, name)
	return err
}

// send may be called by any goroutine.
func (c *cook) send(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, bytes.NewReader([]byte(body)))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	c.api.Handler().ServeHTTP(recorder, request)
	return recorder
}

// recipe creates a recipe with tags and rows, and returns its id.
func (c *cook) recipe(name string) string {
	c.Helper()
	body := fmt.Sprintf(`{"name":%q,"tags":["soup","quick"],"servings":4,"prep_minutes":10,
		"ingredients":[{"text":"2 leeks"},{"text":"1.5 l stock"}],"steps":[{"text":"Boil."}]}`, name)
	answer := c.send(http.MethodPost, "/api/recipes", body)
	require.Equal(c, http.StatusCreated, answer.Code, answer.Body.String())
	_, id, _ := strings.Cut(answer.Header().Get("Location"), "/recipes/")
	require.NotEmpty(c, id)
	return id
}

// write changes, deletes or adds something, in turn.
func (c *cook) write(id string, n int) {
	switch n % 5 {
	case 4:
		c.send(http.MethodDelete, "/api/recipes/"+id, "")
	case 3:
		c.send(http.MethodPost, "/api/recipes", fmt.Sprintf(`{"name":"New %d"}`, n))
	default:
		body := fmt.Sprintf(`{"name":"Stew %d","tags":["t%d"]}`, n, n%3)
		if answer := c.send(http.MethodPut, "/api/recipes/"+id, body, "If-Match", "*"); answer.Code != http.StatusOK {
			c.send(http.MethodPut, "/api/recipes/"+id, body, "If-None-Match", "*") // it was deleted
		}
	}
}

func (c *cook) remove(id string) {
	c.Helper()
	require.Equal(c, http.StatusNoContent, c.send(http.MethodDelete, "/api/recipes/"+id, "").Code)
}

func (c *cook) subject(id string) string { return events.RecipeSubject(c.id, id) }

// settled waits until every event has reached every view.
func (w *world) settled() {
	w.Helper()
	testkit.Until(w, "everything is in the views", func() bool {
		backlog, err := w.api.Backlog(w.Context())
		require.NoError(w, err)
		list, err := w.control.Status(w.Context())
		require.NoError(w, err)
		done := backlog.Events == 0
		for _, status := range list {
			done = done && status.LagEvents == 0
		}
		return done
	})
}

// reconcile returns what it finds, by store and kind.
func (w *world) reconcile(options reconcile.Options) (reconcile.Result, []reconcile.Difference) {
	w.Helper()
	var found []reconcile.Difference
	options.Found = func(d reconcile.Difference) { found = append(found, d) }
	result, err := reconcile.Run(w.Context(), w.deps(), options)
	require.NoError(w, err)
	require.EqualValues(w, len(found), result.Differences)
	return result, found
}

func (w *world) deps() reconcile.Deps {
	return reconcile.Deps{Ledger: w.api.Ledger(), Stream: w.conn, Control: w.control, Views: reconcile.Views()}
}

func (w *world) exec(pool *pgxpool.Pool, query string, args ...any) {
	w.Helper()
	tag, err := pool.Exec(w.Context(), query, args...)
	require.NoError(w, err)
	require.Positive(w, tag.RowsAffected(), query)
}
