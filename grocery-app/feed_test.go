package groceryapp_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	groceryapp "larder.dev/grocery-app"
	"larder.dev/internal/testkit"
)

// The projector's golden message appears on the list as specified: the contract, from this side.
func TestGoldenRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	cook := w.phone("0198c5f2-7f10-7a51-9a51-3f0d3a5c8e21", true)
	w.golden("grocery.items-added.v1")
	cook.await("800 g squash", "10–12 egg yolks", "brown sugar")
	lines := cook.list().Lines
	require.Equal(t, []string{"produce", "dairy", "baking"}, []string{lines[0].Aisle, lines[1].Aisle, lines[2].Aisle})
	asked := lines[0].Parts[0]
	require.Equal(t, "800 g squash, peeled", asked.Text)
	require.Equal(t, "0198c5f9-9d41-7b02-b3c4-5d6e7f809112", asked.Request)
	require.Equal(t, "Crème brûlée mit Kürbis", asked.Recipe.Name)

	w.golden("grocery.user-erased.v1")
	cook.await()
}

// Requests from before the app was installed or while it was down, and repeated ones, are on the
// list once.
func TestEachRequestOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.shopper(true)
	early := ada.ask("Soup", item(1, "l", "stock"))
	w.publish(ada.user.ID, early)
	w.start()
	ada.await("1 l stock")
	w.stop()
	for range 70 { // more than the unacknowledged maximum
		w.publish(ada.user.ID, early)
	}
	ada.ask("Cake", item(3, "", "eggs"))
	w.start()
	ada.await("3 eggs", "1 l stock")
}

// The app keeps following a feed that goes away and comes back.
func TestFeedComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	ada.ask("Soup", item(1, "l", "stock"))
	ada.await("1 l stock")
	w.nats.Restart(t)
	require.NoError(t, w.larder.WaitReady(testkit.Context(t)))
	ada.ask("Cake", item(3, "", "eggs"))
	ada.await("3 eggs", "1 l stock")
}

// An app that starts before the feed exists waits for it, without a warning.
func TestAppStartsBeforeTheFeed(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutFeed(t)
	said := logged{make(chan slog.Record, 1000)}
	w.limit = func(d *groceryapp.Deps) { d.Log = slog.New(said) }
	w.start()
	require.Equal(t, slog.LevelInfo, said.about(t, "feed"))
	w.makeFeed()
	ada := w.shopper(true)
	ada.ask("Soup", item(1, "l", "stock"))
	ada.await("1 l stock")
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

// about waits for the first record that contains a word, and returns its level.
func (l logged) about(t *testing.T, word string) slog.Level {
	t.Helper()
	for {
		if record := testkit.Wait(t, l.records, "a record about the "+word); strings.Contains(record.Message, word) {
			return record.Level
		}
	}
}

// If its position on the feed is lost, with the stream or by hand, the app reads from the
// beginning, and nothing is on the list twice.
func TestSubscriptionLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	ada.ask("Soup", item(1, "l", "stock"))
	ada.ask("Sauce", item(2, "l", "stock"))
	ada.await("3 l stock")
	require.NoError(t, w.larder.DeleteConsumer(testkit.Context(t), events.Feed, "grocery-app"))
	ada.ask("Cake", item(3, "", "eggs"))
	ada.await("3 eggs", "3 l stock")
}

// An unreadable message is parked with its sequence and reason, and later ones are applied. A type
// from the future is skipped.
func TestParked(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	event := events.Envelope{
		ID: uuid.NewString(), Source: "/test", Type: events.ItemsAdded, SchemaVersion: 1, Time: time.Now(),
		Subject: events.FeedSubject(ada.user.ID), Data: json.RawMessage(`{"request_id": 7}`),
	}
	w.send(event, "broken")
	event.Data = json.RawMessage(`{"request_id": "not a uuid", "items": []}`)
	w.send(event, "no id")
	event.Type = "grocery.prices-changed"
	w.send(event, "future")
	ada.ask("Cake", item(3, "", "eggs"))
	ada.await("3 eggs")
	conn, err := pgx.Connect(t.Context(), w.database)
	require.NoError(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	rows, err := conn.Query(t.Context(), `SELECT sequence FROM parked ORDER BY sequence`)
	require.NoError(t, err)
	parked, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2}, parked)
}

// An event of a future version waits for an update of the app, which meanwhile applies all others.
func TestVersionToCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	w.send(events.Envelope{
		ID: uuid.NewString(), Source: "/test", Type: events.ItemsAdded, SchemaVersion: 99, Time: time.Now(),
		Subject: events.FeedSubject(ada.user.ID), Data: json.RawMessage(`{}`),
	}, "future")
	ada.ask("Cake", item(3, "", "eggs"))
	ada.await("3 eggs")
	info, err := w.larder.ConsumerInfo(testkit.Context(t), events.Feed, "grocery-app")
	require.NoError(t, err)
	require.Positive(t, info.AckPending, "it isn't lost")
}

// No table has anything of a deleted user, and late requests don't recreate them.
func TestErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada, ben := w.shopper(true), w.shopper(true)
	ada.ask("Soup", item(1, "l", "stock"))
	ben.ask("Soup", item(2, "l", "stock"))
	ada.await("1 l stock")
	ada.write("milk")
	ada.operate("shelve", map[string]any{"food": "milk", "aisle": "cellar"})
	data, err := json.Marshal(events.Erased{UserID: ada.user.ID})
	require.NoError(t, err)
	w.send(events.Envelope{
		ID: ada.user.ID, Source: "/test", Type: events.UserErased, SchemaVersion: 1, Time: time.Now(),
		Subject: events.ErasedSubject(ada.user.ID), Data: data,
	}, ada.user.ID)
	ada.ask("Late", item(1, "", "egg"))
	ben.ask("Cake", item(3, "", "eggs"))
	ben.await("3 eggs", "2 l stock")
	require.Empty(t, ada.lines())
	response, _ := ada.send(map[string]any{"id": uuid.NewString(), "kind": "tick", "parts": []string{"x"}})
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	conn, err := pgx.Connect(t.Context(), w.database)
	require.NoError(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	for _, table := range []string{"lists", "requests", "operations", "parts", "foods"} {
		var rows int
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM `+table+` WHERE user_id = $1`, ada.user.ID).Scan(&rows))
		require.Zero(t, rows, table)
	}
}

// An app at the address for other programs, such as a second one beside that of `larder up`, uses
// its own consumer and takes nothing from the first.
func TestAppBesideAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	beside := &world{
		t: t, nats: w.nats, address: w.nats.FeedURL(), database: testkit.Postgres(t, migrate), larder: w.larder, sessions: w.sessions,
	}
	beside.start()
	ada := w.shopper(true)
	other := beside.phone(ada.user.ID, true)
	for _, recipe := range []string{"Soup", "Sauce", "Stew"} {
		ada.ask(recipe, item(1, "l", "stock"))
	}
	ada.await("3 l stock")
	other.await("3 l stock")
}
