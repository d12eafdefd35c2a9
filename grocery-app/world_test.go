package groceryapp_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	groceryapp "larder.dev/grocery-app"
	"larder.dev/internal/apidocs/apidocstest"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
)

// world is the grocery app over real stores, and a stand-in for the projector that publishes on the
// feed.
type world struct {
	t        testing.TB
	nats     *testkit.NATSServer
	larder   *jetstream.Conn // with Larder's own credentials
	sessions *identity.Sessions
	limit    func(*groceryapp.Deps) // sets limits before the app starts; may be nil
	database string
	address  string // the NATS address for the app; "" for its own
	server   *httptest.Server
	stop     func()
}

func migrate(ctx context.Context, url string) error {
	return groceryapp.Migrate(ctx, url, slog.New(slog.DiscardHandler))
}

// newWorld returns a world in which the app isn't running yet.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := newWorldWithoutFeed(t)
	w.makeFeed()
	return w
}

// makeFeed creates the stream, as the projector does.
func (w *world) makeFeed() {
	w.t.Helper()
	require.NoError(w.t, w.larder.EnsureStream(testkit.Context(w.t), jetstream.StreamConfig{Name: events.Feed, Subjects: events.FeedSubjects()}))
}

func newWorldWithoutFeed(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, nats: testkit.NATS(t), database: testkit.Postgres(t, migrate)}
	larder, err := jetstream.Connect(t.Context(), jetstream.Options{URL: w.nats.PublisherURL(), Name: "test", Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(larder.Close)
	w.larder = larder
	client, err := redis.Open(t.Context(), testkit.Redis(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	w.sessions = identity.NewSessions(client)
	return w
}

// start runs the app with a subscriber's credentials.
func (w *world) start() *world {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	log := testkit.Logger(w.t)
	pool, err := postgres.Open(ctx, w.database, postgres.Options{Application: "grocery-app test"})
	require.NoError(w.t, err)
	feed, err := jetstream.Connect(ctx, jetstream.Options{
		URL: cmp.Or(w.address, w.nats.AppURL()), InboxPrefix: groceryapp.InboxPrefix, Name: "grocery-app test", Log: log,
	})
	require.NoError(w.t, err)
	deps := groceryapp.Deps{
		Pool: pool, PostgresURL: w.database, Feed: feed, Sessions: w.sessions, Log: log,
		SessionCheck: 50 * time.Millisecond, Heartbeat: 200 * time.Millisecond,
	}
	if w.limit != nil {
		w.limit(&deps)
	}
	app, err := groceryapp.New(deps)
	require.NoError(w.t, err)
	w.server = httptest.NewServer(app.Handler())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(w.t, testkit.Wait(w.t, ended, "the app to end"))
		w.server.CloseClientConnections()
		w.server.Close()
		feed.Close()
		pool.Close()
	})
	w.t.Cleanup(func() { w.stop() })
	return w
}

// shopper is a logged-in user.
type shopper struct {
	w     *world
	user  identity.User
	token string
}

func (w *world) shopper(grocery bool) *shopper { return w.phone(uuid.NewString(), grocery) }

// phone is another session of a user.
func (w *world) phone(id string, grocery bool) *shopper {
	w.t.Helper()
	user := identity.User{ID: id, Name: "ada", Grocery: grocery}
	token, err := w.sessions.Create(w.t.Context(), user, "test")
	require.NoError(w.t, err)
	return &shopper{w: w, user: user, token: token}
}

// ask publishes a request on the feed, as the grocery projector does.
func (s *shopper) ask(recipe string, items ...events.GroceryItem) events.Grocery {
	s.w.t.Helper()
	grocery := events.Grocery{
		RequestID: uuid.NewString(), Recipe: events.RecipeRef{ID: uuid.NewString(), Name: recipe}, Items: items,
	}
	s.w.publish(s.user.ID, grocery)
	return grocery
}

func (w *world) publish(user string, grocery events.Grocery) {
	w.t.Helper()
	data, err := json.Marshal(grocery)
	require.NoError(w.t, err)
	w.send(events.Envelope{
		ID: grocery.RequestID, Source: "/test", Type: events.ItemsAdded, SchemaVersion: 1, Time: time.Now(),
		Subject: events.FeedSubject(user), Data: data,
	}, uuid.NewString())
}

// send publishes an event under a message id, so that the server accepts the same event twice.
func (w *world) send(event events.Envelope, messageID string) {
	w.t.Helper()
	header := event.Headers()
	header[events.HeaderMsgID] = []string{messageID}
	_, _, err := w.larder.Publish(testkit.Context(w.t), jetstream.Message{
		Subject: event.Subject, Header: header, Data: event.Data,
	}, nil)
	require.NoError(w.t, err)
}

// golden publishes a message as it was once published.
func (w *world) golden(name string) {
	w.t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "events", "testdata", name+".golden.json"))
	require.NoError(w.t, err)
	var message struct {
		Subject string              `json:"subject"`
		Headers map[string][]string `json:"headers"`
		Data    json.RawMessage     `json:"data"`
	}
	require.NoError(w.t, json.Unmarshal(raw, &message))
	message.Headers[events.HeaderMsgID] = []string{uuid.NewString()}
	_, _, err = w.larder.Publish(testkit.Context(w.t), jetstream.Message{
		Subject: message.Subject, Header: message.Headers, Data: message.Data,
	}, nil)
	require.NoError(w.t, err)
}

func item(quantity float64, unit, name string) events.GroceryItem {
	return events.GroceryItem{Quantity: &quantity, Unit: unit, Name: name, Text: strings.TrimSpace(unit + " " + name)}
}

// shoppingList is the API's answer, deliberately defined a second time.
type shoppingList struct {
	User     named    `json:"user"`
	Sequence int64    `json:"sequence"`
	Aisles   []string `json:"aisles"`
	Lines    []line   `json:"lines"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type line struct {
	Food     string  `json:"food"`
	Name     string  `json:"name"`
	Amount   string  `json:"amount"`
	Aisle    string  `json:"aisle"`
	Position float64 `json:"position"`
	Ticked   bool    `json:"ticked"`
	Parts    []part  `json:"parts"`
}

type part struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Request string `json:"request"`
	Recipe  *named `json:"recipe"`
	Ticked  string `json:"ticked"`
}

func (s *shopper) do(method, path, body string, headers ...string) (*http.Response, []byte) {
	s.w.t.Helper()
	request, err := http.NewRequestWithContext(testkit.Context(s.w.t), method, s.w.server.URL+path, strings.NewReader(body))
	require.NoError(s.w.t, err)
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.w.server.Client().Do(request)
	require.NoError(s.w.t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(s.w.t, err)
	apidocstest.RequireDocumented(s.w.t, method, path, response.StatusCode)
	return response, answer
}

func (s *shopper) list() shoppingList {
	s.w.t.Helper()
	response, body := s.do(http.MethodGet, "/grocery/api/list", "")
	require.Equal(s.w.t, http.StatusOK, response.StatusCode, "%s", body)
	var list shoppingList
	require.NoError(s.w.t, json.Unmarshal(body, &list))
	return list
}

// lines returns the list's lines, ticked ones prefixed with "x".
func (s *shopper) lines() []string {
	s.w.t.Helper()
	texts := []string{}
	for _, l := range s.list().Lines {
		text := strings.TrimSpace(l.Amount + " " + l.Name)
		if l.Ticked {
			text = "x " + text
		}
		texts = append(texts, text)
	}
	return texts
}

// await waits until the list has these lines.
func (s *shopper) await(want ...string) {
	s.w.t.Helper()
	testkit.Until(s.w.t, "the list is "+strings.Join(want, ", "), func() bool {
		return strings.Join(s.lines(), ", ") == strings.Join(want, ", ")
	})
}

// operate sends one operation and returns its id.
func (s *shopper) operate(kind string, fields map[string]any) string {
	s.w.t.Helper()
	operation := map[string]any{"id": uuid.NewString(), "kind": kind}
	maps.Copy(operation, fields)
	response, answer := s.send(operation)
	require.Equal(s.w.t, http.StatusOK, response.StatusCode, "%s", answer)
	return operation["id"].(string)
}

func (s *shopper) send(operations ...map[string]any) (*http.Response, []byte) {
	s.w.t.Helper()
	body, err := json.Marshal(map[string]any{"operations": operations})
	require.NoError(s.w.t, err)
	return s.do(http.MethodPost, "/grocery/api/operations", string(body))
}

// write adds a line by hand and returns its part's id.
func (s *shopper) write(text string) string {
	s.w.t.Helper()
	id := uuid.NewString()
	s.operate("add", map[string]any{"parts": []string{id}, "text": text})
	return id
}

// parts returns the ids of a food's parts.
func (s *shopper) parts(food string) []string {
	s.w.t.Helper()
	var ids []string
	for _, l := range s.list().Lines {
		for _, p := range l.Parts {
			if l.Food == food {
				ids = append(ids, p.ID)
			}
		}
	}
	require.NotEmpty(s.w.t, ids, food)
	return ids
}

// follow opens the event stream and returns a channel of its sequences, closed when the stream
// ends.
func (s *shopper) follow() <-chan int64 {
	s.w.t.Helper()
	request, err := http.NewRequestWithContext(testkit.Context(s.w.t), http.MethodGet, s.w.server.URL+"/grocery/api/events", nil)
	require.NoError(s.w.t, err)
	request.Header.Set("Authorization", "Bearer "+s.token)
	response, err := s.w.server.Client().Do(request)
	require.NoError(s.w.t, err)
	require.Equal(s.w.t, http.StatusOK, response.StatusCode)
	told := make(chan int64, 100)
	go func() {
		defer close(told)
		defer func() { _ = response.Body.Close() }()
		scanner := bufio.NewScanner(response.Body)
		for scanner.Scan() {
			data, found := bytes.CutPrefix(scanner.Bytes(), []byte("data: "))
			var event struct {
				Sequence int64 `json:"sequence"`
			}
			if found && json.Unmarshal(data, &event) == nil {
				told <- event.Sequence
			}
		}
	}()
	return told
}
