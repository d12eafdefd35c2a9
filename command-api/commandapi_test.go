package commandapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/apidocs/apidocstest"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
)

const password = "correct horse battery"

// larder is the write side over real stores.
type larder struct {
	t        testing.TB
	url      string
	pool     *pgxpool.Pool
	sessions *identity.Sessions
	conn     *jetstream.Conn // nil without a stream
	deps     commandapi.Deps
	api      *commandapi.API
	relay    *commandapi.Relay // nil without a stream
}

func migrate(ctx context.Context, url string) error {
	return commandapi.Migrate(ctx, url, nopLog())
}

func newLarder(t testing.TB) *larder {
	t.Helper()
	return start(t, testkit.Redis(t), nil)
}

func newLarderWithStream(t testing.TB) *larder {
	t.Helper()
	return newLarderOn(t, testkit.NATS(t))
}

func newLarderOn(t testing.TB, nats *testkit.NATSServer) *larder {
	t.Helper()
	ctx := testkit.Context(t)
	conn, err := jetstream.Connect(ctx, jetstream.Options{URL: nats.URL(), Name: "test", Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.NoError(t, conn.EnsureStream(ctx, jetstream.StreamConfig{Name: events.Stream, Subjects: events.StreamSubjects()}))
	return start(t, testkit.Redis(t), conn)
}

func start(t testing.TB, redisURL string, conn *jetstream.Conn) *larder {
	t.Helper()
	ctx := testkit.Context(t)
	l := &larder{t: t, url: testkit.Postgres(t, migrate), conn: conn}
	var err error
	l.pool, err = postgres.Open(context.Background(), l.url, postgres.Options{Application: "test"})
	require.NoError(t, err)
	t.Cleanup(l.pool.Close)
	client, err := redis.Open(ctx, redisURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	l.sessions = identity.NewSessions(client)
	log := testkit.Logger(t)
	if _, isTest := t.(*testing.T); !isTest {
		log = nopLog() // a fuzz test may not log while its inputs run, and logging would distort a benchmark
	}
	l.deps = commandapi.Deps{
		Pool: l.pool, Redis: client, Sessions: l.sessions, Log: log,
	}
	if conn != nil {
		l.relay = relayOver(t, l, conn)
	}
	l.api, err = commandapi.New(l.deps)
	require.NoError(t, err)
	return l
}

// relayOver builds a relay from l's ledger to a stream.
func relayOver(t testing.TB, l *larder, publisher commandapi.Publisher) *commandapi.Relay {
	t.Helper()
	relay, err := commandapi.NewRelay(commandapi.RelayDeps{
		Pool: l.pool, PostgresURL: l.url, Publisher: publisher, Log: l.deps.Log,
	})
	require.NoError(t, err)
	return relay
}

// user adds an account and returns a caller logged in to it.
func (l *larder) user(name string, access commandapi.Access) *caller {
	l.t.Helper()
	ctx := testkit.Context(l.t)
	user, err := l.api.Users().Add(ctx, commandapi.NewUser{
		Name: name, Password: password, Grocery: access.Grocery, Admin: access.Admin,
	})
	require.NoError(l.t, err)
	token, err := l.sessions.Create(ctx, identity.User{ID: user.ID, Name: user.Name, Grocery: user.Grocery}, "test")
	require.NoError(l.t, err)
	return &caller{t: l.t, handler: l.api.Handler(), id: user.ID, token: token}
}

// caller sends requests as one user.
type caller struct {
	t       testing.TB
	handler http.Handler
	id      string
	token   string
}

// answer is a recorded response.
type answer struct {
	*httptest.ResponseRecorder
}

func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var body map[string]any
	require.NoError(t, json.Unmarshal(a.Body.Bytes(), &body), a.Body.String())
	return body
}

func (a answer) recipe(t testing.TB) events.Recipe {
	t.Helper()
	var r events.Recipe
	require.NoError(t, json.Unmarshal(a.Body.Bytes(), &r), a.Body.String())
	return r
}

// send sends a request with headers given as alternating names and values.
func (c *caller) send(method, path, body string, headers ...string) answer {
	request := httptest.NewRequest(method, path, bytes.NewReader([]byte(body)))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	c.handler.ServeHTTP(recorder, request)
	apidocstest.RequireDocumented(c.t, method, path, recorder.Code)
	return answer{recorder}
}

func (c *caller) must(status int, a answer) answer {
	c.t.Helper()
	require.Equal(c.t, status, a.Code, a.Body.String())
	return a
}

// ledger returns the types of the user's events in ledger order.
func (l *larder) ledger(user string) []string {
	l.t.Helper()
	rows, err := l.pool.Query(testkit.Context(l.t), `SELECT type || '@' || version || '#' || change FROM event_log
		WHERE user_id = $1 AND type NOT LIKE 'user.%' ORDER BY id`, user)
	require.NoError(l.t, err)
	defer rows.Close()
	types := []string{}
	for rows.Next() {
		var t string
		require.NoError(l.t, rows.Scan(&t))
		types = append(types, t)
	}
	require.NoError(l.t, rows.Err())
	return types
}

func (l *larder) count(query string, args ...any) int {
	l.t.Helper()
	var n int
	require.NoError(l.t, l.pool.QueryRow(testkit.Context(l.t), query, args...).Scan(&n))
	return n
}
