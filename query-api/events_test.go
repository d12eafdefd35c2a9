package queryapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/internal/wake"
	queryapi "larder.dev/query-api"
)

// onlyHints makes streams react to hints alone, so that a test sees a hint's effect.
func onlyHints(conn *jetstream.Conn) func(*queryapi.Deps) {
	return func(d *queryapi.Deps) { d.Stream, d.SessionCheck, d.Heartbeat = conn, time.Hour, time.Hour }
}

// onlyBeats makes streams poll often, without hints.
func onlyBeats(d *queryapi.Deps) { d.SessionCheck, d.Heartbeat = time.Hour, 2*time.Millisecond }

// sse is one open stream. Lines receives its lines and is closed when the server ends the stream.
type sse struct {
	t     testing.TB
	lines chan string
}

func (c *cook) events(query string, header ...string) *sse {
	c.w.t.Helper()
	response := c.connect(query, header...)
	require.Equal(c.w.t, http.StatusOK, response.StatusCode)
	require.Equal(c.w.t, "text/event-stream", response.Header.Get("Content-Type"))
	s := &sse{t: c.w.t, lines: make(chan string, 1000)}
	go func() {
		defer close(s.lines)
		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
			s.lines <- scanner.Text()
		}
	}()
	return s
}

// connect opens a stream on a real server: a response recorder would only return when the stream
// ends.
func (c *cook) connect(query string, header ...string) *http.Response {
	t := c.w.t
	t.Helper()
	server := httptest.NewServer(c.w.handler)
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(testkit.Context(t), http.MethodGet, server.URL+"/api/events"+query, nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// next returns the next change on the stream.
func (s *sse) next() change {
	s.t.Helper()
	var id, event string
	for {
		line := testkit.Wait(s.t, s.lines, "a line of the stream")
		switch name, value, _ := strings.Cut(line, ": "); name {
		case "id":
			id = value
		case "event":
			event = value
		case "data":
			var c change
			require.NoError(s.t, json.Unmarshal([]byte(value), &c))
			require.Equal(s.t, "change", event)
			require.Equal(s.t, fmt.Sprint(c.Change), id)
			return c
		}
	}
}

// ended waits for the server to end the stream and fails on any further change.
func (s *sse) ended() {
	s.t.Helper()
	for {
		select {
		case line, open := <-s.lines:
			if !open {
				return
			}
			require.NotContains(s.t, line, "data:")
		case <-time.After(30 * time.Second):
			s.t.Fatal("the stream is still open")
		}
	}
}

// connectNATS connects to a server and creates the event stream.
func connectNATS(t testing.TB, url string) *jetstream.Conn {
	t.Helper()
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{URL: url, Name: "test", Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	err = conn.EnsureStream(t.Context(), jetstream.StreamConfig{Name: events.Stream, Subjects: events.StreamSubjects()})
	require.NoError(t, err)
	return conn
}

// published publishes the hint as the relay does, after the commit.
func (c *cook) published(conn *jetstream.Conn, r events.Recipe) {
	c.w.t.Helper()
	message := jetstream.Message{Subject: events.RecipeSubject(c.id, r.ID), Data: []byte("{}")}
	_, _, err := conn.Publish(c.w.t.Context(), message, nil)
	require.NoError(c.w.t, err)
}

// A change is pushed when its event is published, to every stream of its user and to nobody else's.
func TestEventsComeAsTheyHappen(t *testing.T) {
	t.Parallel()
	conn := connectNATS(t, testkit.NATS(t).URL())
	w := newWorld(t, onlyHints(conn))
	ada, bob := w.cook("Ada"), w.cook("Bob")
	ada.write(recipe("Before"))
	phone, laptop, his := ada.events(""), ada.events(""), bob.events("?since=0")

	soup := ada.write(recipe("Soup"))
	ada.published(conn, soup)
	want := change{Change: 2, ID: soup.ID, Version: 1, Recipe: &soup}
	require.Equal(t, want, phone.next())
	require.Equal(t, want, laptop.next())

	gone := ada.delete(soup)
	ada.published(conn, gone)
	require.Equal(t, change{Change: 3, ID: soup.ID, Version: 2, Deleted: true}, phone.next())

	toast := bob.write(recipe("Toast"))
	bob.published(conn, toast)
	require.Equal(t, "Toast", his.next().Recipe.Name)
}

// A stream resumes after what its caller has: by the address at first, by Last-Event-ID on
// reconnect.
func TestEventsResume(t *testing.T) {
	t.Parallel()
	ada := newWorld(t, onlyBeats).cook("Ada")
	for i := range 3 {
		ada.write(recipe(fmt.Sprintf("Soup %d", i+1)))
	}
	require.EqualValues(t, 1, ada.events("?since=0").next().Change)
	require.EqualValues(t, 2, ada.events("?since=1").next().Change)
	require.EqualValues(t, 3, ada.events("?since=0", "Last-Event-ID", "2").next().Change)
	for _, path := range []string{"/api/events?since=x", "/api/events?since=-1"} {
		ada.get(path).problem(http.StatusBadRequest)
	}
	for _, last := range []string{"x", "-1", "9999999999999999999"} {
		ada.get("/api/events", "Last-Event-ID", last).problem(http.StatusBadRequest)
	}
}

// Without hints, polling finds new changes, even several pages of them.
func TestEventsWithoutHints(t *testing.T) {
	t.Parallel()
	ada := newWorld(t, onlyBeats).cook("Ada")
	stream := ada.events("")
	for i := range 120 {
		ada.write(recipe(fmt.Sprintf("Soup %d", i)))
	}
	for i := range 120 {
		require.EqualValues(t, i+1, stream.next().Change)
	}
}

// A stream ends with its session, and nothing more is sent on it.
func TestEventsEndWithTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *queryapi.Deps) { d.SessionCheck, d.Heartbeat = time.Hour, 2*time.Millisecond })
	ada := w.cook("Ada")
	stream := ada.events("")
	_, err := identity.NewSessions(w.redis).EndAll(t.Context(), ada.id)
	require.NoError(t, err)
	ada.write(recipe("Soup")) // found by the next poll, but not sent
	stream.ended()

	quiet := newWorld(t, func(d *queryapi.Deps) { d.SessionCheck, d.Heartbeat = time.Millisecond, time.Hour })
	bob := quiet.cook("Bob")
	stream = bob.events("")
	quiet.stop() // Bob's session can't be verified any more
	stream.ended()
}

// Heartbeats keep an idle stream open.
func TestEventsBeat(t *testing.T) {
	t.Parallel()
	stream := newWorld(t, onlyBeats).cook("Ada").events("")
	for beats := 0; beats < 2; {
		if testkit.Wait(t, stream.lines, "a heartbeat") == ": " {
			beats++
		}
	}
}

// A user with too many streams is told to close one, and can open another after that.
func TestEventsAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	var open []*http.Response
	for range wake.MaxListeners {
		open = append(open, ada.connect(""))
	}
	refused := ada.connect("")
	require.Equal(t, http.StatusTooManyRequests, refused.StatusCode)
	require.NotEmpty(t, refused.Header.Get("Retry-After"))
	require.Equal(t, http.StatusOK, w.cook("Bob").connect("").StatusCode)

	require.NoError(t, open[0].Body.Close())
	testkit.Until(t, "there is a place again", func() bool {
		response := ada.connect("")
		_, _ = io.CopyN(io.Discard, response.Body, 1)
		return response.StatusCode == http.StatusOK
	})
}

// A stopping server ends its streams instead of waiting for them.
func TestEventsEndWithTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	stop, serve := serving(t, w.handler)
	request, err := http.NewRequestWithContext(testkit.Context(t), http.MethodGet, serve.url+"/api/events", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+ada.token)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, http.StatusOK, response.StatusCode)
	stop()
	require.NoError(t, testkit.Wait(t, serve.done, "the server to stop"))
}

type server struct {
	url  string
	done chan error
}

func serving(t *testing.T, handler http.Handler) (stop func(), s server) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	listener, err := httpserver.Listen(ctx, "127.0.0.1:0")
	require.NoError(t, err)
	s = server{url: "http://" + listener.Addr().String(), done: make(chan error, 1)}
	go func() { s.done <- httpserver.Serve(ctx, listener, handler, testkit.Logger(t)) }()
	return stop, s
}
