package grocerybridge_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/grocery-app/grocerybridge"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
)

// feed is the public feed on a real NATS server, and a stand-in for the projector that publishes
// there.
type feed struct {
	t         *testing.T
	publisher *jetstream.Conn
	reader    *jetstream.Conn // with a subscriber's credentials
}

func newFeed(t *testing.T) *feed {
	t.Helper()
	f := newFeedWithoutStream(t)
	f.make()
	return f
}

// make creates the stream, as the projector does.
func (f *feed) make() {
	f.t.Helper()
	require.NoError(f.t, f.publisher.EnsureStream(testkit.Context(f.t), jetstream.StreamConfig{
		Name: events.Feed, Subjects: events.FeedSubjects(),
	}))
}

func newFeedWithoutStream(t *testing.T) *feed {
	t.Helper()
	nats := testkit.NATS(t)
	connect := func(url, inbox string) *jetstream.Conn {
		conn, err := jetstream.Connect(t.Context(), jetstream.Options{
			URL: url, InboxPrefix: inbox, Name: "test", Log: testkit.Logger(t),
		})
		require.NoError(t, err)
		t.Cleanup(conn.Close)
		return conn
	}
	return &feed{t: t, publisher: connect(nats.PublisherURL(), ""), reader: connect(nats.FeedURL(), grocerybridge.InboxPrefix)}
}

// golden publishes the event in a golden file, which the grocery projector's test writes.
func (f *feed) golden(name string) {
	f.t.Helper()
	var golden struct {
		Subject string              `json:"subject"`
		Headers map[string][]string `json:"headers"`
		Data    json.RawMessage     `json:"data"`
	}
	raw, err := os.ReadFile("../../events/testdata/" + name + ".golden.json")
	require.NoError(f.t, err)
	require.NoError(f.t, json.Unmarshal(raw, &golden))
	var data bytes.Buffer
	require.NoError(f.t, json.Compact(&data, golden.Data)) // as on the wire, and as signed
	f.publish(jetstream.Message{Subject: golden.Subject, Header: golden.Headers, Data: data.Bytes()})
}

func (f *feed) publish(msg jetstream.Message) {
	f.t.Helper()
	_, _, err := f.publisher.Publish(testkit.Context(f.t), msg, nil)
	require.NoError(f.t, err)
}

// run runs a bridge until the test ends or stop is called.
func (f *feed) run(opts grocerybridge.Options) (stop func()) {
	f.t.Helper()
	opts.Feed, opts.Log = f.reader, cmp.Or(opts.Log, testkit.Logger(f.t))
	opts.FirstPause, opts.MaxPause = time.Millisecond, 20*time.Millisecond
	bridge, err := grocerybridge.New(opts)
	require.NoError(f.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- bridge.Run(ctx) }()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			require.NoError(f.t, testkit.Wait(f.t, ended, "the bridge to end"))
		}
	}
	f.t.Cleanup(stop)
	return stop
}

// handedOn waits until the stream has acknowledgements for everything.
func (f *feed) handedOn(bridge string) {
	f.t.Helper()
	require.Eventually(f.t, func() bool {
		info, err := f.reader.ConsumerInfo(f.t.Context(), events.Feed, bridge)
		return err == nil && info.Lag() == 0
	}, 20*time.Second, 5*time.Millisecond)
}

const (
	viaWebhook       = "grocery-bridge-webhook"
	viaHomeAssistant = "grocery-bridge-home-assistant"
)

// A webhook receives each event as a signed CloudEvent over HTTP, including those from before the
// bridge existed.
func TestWebhookKeepsItsContract(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.golden("grocery.items-added.v1")
	f.golden("grocery.user-erased.v1")
	hook := replay(t, "webhook/items-added", "webhook/user-erased")
	f.run(grocerybridge.Options{WebhookURL: hook.server.URL + "/hooks/larder", WebhookSecret: "a shared secret"})
	testkit.Wait(t, hook.all, "both events")
	f.handedOn(viaWebhook)
}

// Home Assistant's list gets each item that it doesn't have, ticked or not, with its recipe and a
// mark.
func TestHomeAssistantKeepsItsContract(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.golden("grocery.items-added.v1")
	house := replay(t, "home-assistant/get-state", "home-assistant/get-items", "home-assistant/add-item-0", "home-assistant/add-item-2")
	f.run(grocerybridge.Options{
		HomeAssistantURL: house.server.URL + "/", HomeAssistantToken: "a.long.lived", HomeAssistantList: "todo.shopping",
	})
	testkit.Wait(t, house.all, "the items")
	f.handedOn(viaHomeAssistant)
}

// A target that is down is retried until it is back; nothing is lost or reordered, and the next
// bridge doesn't resend what was accepted.
func TestTargetThatIsAway(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.golden("grocery.items-added.v1")
	f.golden("grocery.user-erased.v1")
	away := replay(t, "webhook/unavailable", "webhook/busy", "webhook/forbidden", "webhook/items-added", "webhook/user-erased")
	options := grocerybridge.Options{WebhookURL: away.server.URL + "/hooks/larder", WebhookSecret: "a shared secret"}
	stop := f.run(options)
	testkit.Wait(t, away.all, "the events, at last")
	f.handedOn(viaWebhook)
	stop()
	f.run(options)
	f.handedOn(viaWebhook)
}

// A bridge that starts before the feed exists logs that once and waits, without a warning. Losing
// its subscription later is a warning.
func TestBridgeStartsBeforeTheFeed(t *testing.T) {
	t.Parallel()
	f := newFeedWithoutStream(t)
	said := logged{make(chan slog.Record, 1000)}
	hook := replay(t, "webhook/items-added")
	f.run(grocerybridge.Options{
		WebhookURL: hook.server.URL + "/hooks/larder", WebhookSecret: "a shared secret", Log: slog.New(said),
	})
	require.Equal(t, slog.LevelInfo, said.about(t, "feed").Level)
	f.make()
	f.golden("grocery.items-added.v1")
	testkit.Wait(t, hook.all, "the event")
	require.Equal(t, "handed on an event of the feed", said.about(t, "feed").Message, "nothing else was said of it before")
	f.handedOn(viaWebhook)
	require.NoError(t, f.publisher.DeleteConsumer(testkit.Context(t), events.Feed, viaWebhook))
	require.Equal(t, slog.LevelWarn, said.about(t, "feed").Level)
}

// logged is a log whose records tests can wait for.
type logged struct{ records chan slog.Record }

func (logged) Enabled(context.Context, slog.Level) bool { return true }

func (l logged) Handle(_ context.Context, record slog.Record) error {
	l.records <- record
	return nil
}

func (l logged) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l logged) WithGroup(string) slog.Handler      { return l }

// about waits for the first record that contains a word.
func (l logged) about(t *testing.T, word string) slog.Record {
	t.Helper()
	for {
		if record := testkit.Wait(t, l.records, "a record about the "+word); strings.Contains(record.Message, word) {
			return record
		}
	}
}

// While nothing listens at the address, the stream keeps the requests.
func TestDeadTargetLosesNothing(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.golden("grocery.items-added.v1")
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	stop := f.run(grocerybridge.Options{WebhookURL: dead.URL})
	require.Eventually(t, func() bool {
		info, err := f.reader.ConsumerInfo(t.Context(), events.Feed, viaWebhook)
		return err == nil && info.Delivered == 1 && info.AckPending == 1
	}, 20*time.Second, 5*time.Millisecond)
	stop()
	info, err := f.reader.ConsumerInfo(t.Context(), events.Feed, viaWebhook)
	require.NoError(t, err)
	require.EqualValues(t, 1, info.Lag())
}

// A refused event doesn't hold up the next, and is retried later.
func TestRefusedEventComesAgainLater(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	var asked, erased atomic.Int32
	again := make(chan struct{}, 8)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get(events.HeaderType) == string(events.UserErased):
			erased.Add(1)
		case asked.Add(1) == 1:
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		default:
			again <- struct{}{}
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(hook.Close)
	f.golden("grocery.items-added.v1")
	f.golden("grocery.user-erased.v1")
	f.run(grocerybridge.Options{WebhookURL: hook.URL, RefusedPause: 50 * time.Millisecond})
	testkit.Wait(t, again, "the refused event again")
	f.handedOn(viaWebhook)
	require.EqualValues(t, 1, erased.Load())
}

// Only the named users' requests are forwarded.
func TestBridgeOfOneUser(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	bodies := make(chan string, 8)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		bodies <- r.Header.Get(events.HeaderSubject)
	}))
	t.Cleanup(hook.Close)
	for _, user := range []string{"ada", "bob"} {
		e := events.Envelope{
			ID: "for-" + user, Source: "/test", Type: events.UserErased, SchemaVersion: 1, Time: time.Now(),
			Subject: events.ErasedSubject(user), Data: json.RawMessage(`{"user_id":"` + user + `"}`),
		}
		f.publish(jetstream.Message{Subject: e.Subject, Header: e.Headers(), Data: e.Data})
	}
	f.run(grocerybridge.Options{WebhookURL: hook.URL, Users: []string{"bob"}})
	require.Contains(t, testkit.Wait(t, bodies, "bob's event"), "bob")
	f.handedOn(viaWebhook)
	require.Empty(t, bodies)
}

// A bridge needs a target.
func TestBridgeLeadsSomewhere(t *testing.T) {
	t.Parallel()
	_, err := grocerybridge.New(grocerybridge.Options{HomeAssistantURL: "http://house"})
	require.ErrorIs(t, err, grocerybridge.ErrNoTarget)
}

// A problem with the target is reported at startup, before any request, as something that a person
// can fix; and it ends when it is fixed.
func TestWhatIsWrongWithTheTarget(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	var status, features atomic.Int32
	house := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(int(status.Load()))
		if r.URL.Path == "/api/states/todo.shopping" {
			_, _ = fmt.Fprintf(w, `{"state": "0", "attributes": {"supported_features": %d}}`, features.Load())
		}
	}))
	t.Cleanup(house.Close)
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	for problem, c := range map[string]struct {
		url              string
		status, features int32
	}{
		"away":         {dead.URL, 0, 0},
		"unauthorized": {house.URL, http.StatusUnauthorized, 0},
		"not there":    {house.URL, http.StatusNotFound, 0},
		"incapable":    {house.URL, http.StatusOK, 15},
		"":             {house.URL, http.StatusOK, 127},
	} {
		status.Store(c.status)
		features.Store(c.features)
		options := grocerybridge.Options{
			HomeAssistantURL: c.url, HomeAssistantToken: "a.long.lived", HomeAssistantList: "todo.shopping",
			Feed: f.reader, Log: testkit.Logger(t), CheckEvery: 20 * time.Millisecond,
		}
		bridge, err := grocerybridge.New(options)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- bridge.Run(ctx) }()
		health := bridge.Health()[0]
		is := func(want string) {
			testkit.Until(t, "the problem is "+want, func() bool {
				found, err := health.Problem()
				return found == want && (err == nil) == (want == "")
			})
		}
		is(problem)
		if c.url == house.URL {
			status.Store(http.StatusOK)
			features.Store(127)
			is("")
		}
		cancel()
		require.NoError(t, testkit.Wait(t, ended, "the bridge to end"))
	}
}
