package retention

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/postgres"
	"larder.dev/internal/tables"
	"larder.dev/internal/testkit"
)

const day = 24 * time.Hour

// kitchen is a database with recipes deleted at various times, and a machine with a settable clock.
type kitchen struct {
	testing.TB

	retention *Retention

	pool  *pgxpool.Pool
	clock time.Time
	user  string
}

func newKitchen(t *testing.T, keep time.Duration) *kitchen {
	t.Helper()
	url := testkit.Postgres(t, func(ctx context.Context, url string) error {
		return postgres.Migrate(ctx, url, tables.Migrations(), slog.New(slog.DiscardHandler))
	})
	pool, err := postgres.Open(testkit.Context(t), url, postgres.Options{Application: "retention test"})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	conn, err := jetstream.Connect(testkit.Context(t), jetstream.Options{URL: testkit.NATS(t).URL(), Name: "test", Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.NoError(t, conn.EnsureStream(testkit.Context(t), jetstream.StreamConfig{Name: events.Stream, Subjects: events.StreamSubjects()}))
	k := &kitchen{TB: t, pool: pool, clock: time.Now().UTC().Truncate(time.Second), user: uuid.NewString()}
	k.retention = &Retention{Store: recipestore.NewStore(pool, func() {}), Stream: conn, Keep: keep, Log: testkit.Logger(t), now: func() time.Time { return k.clock }}
	k.exec(`INSERT INTO user_changes (user_id, change) VALUES ($1, 0)`, k.user)
	return k
}

func (k *kitchen) exec(query string, args ...any) {
	k.Helper()
	_, err := k.pool.Exec(testkit.Context(k), query, args...)
	require.NoError(k, err)
}

// deleted adds a recipe deleted at a time, by the clock at that time.
func (k *kitchen) deleted(name string, at time.Time) {
	k.Helper()
	k.exec(`INSERT INTO recipes (user_id, id, version, change, name, description, source_url, tags, notes, steps, files, created_at, updated_at, deleted_at)
		VALUES ($1, gen_random_uuid(), 2, 2, $2, '', '', '{}', '', '[]', '[]', $3, $3, $3)`, k.user, name, at)
}

// turn lets the process run for another ran and returns what is left.
func (k *kitchen) turn(ran time.Duration) (names []string) {
	k.Helper()
	ctx := testkit.Context(k)
	_, _, err := k.retention.Turn(ctx, ran)
	require.NoError(k, err)
	rows, err := k.pool.Query(ctx, `SELECT name FROM recipes WHERE name <> '' ORDER BY name`)
	require.NoError(k, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		require.NoError(k, rows.Scan(&name))
		names = append(names, name)
	}
	return names
}

// Deleted recipes are kept for exactly the configured time, and for ever if that is 0.
func TestKeptForAsLongAsWasSaid(t *testing.T) {
	t.Parallel()
	k := newKitchen(t, 90*day)
	k.deleted("due", k.clock.Add(-90*day))
	k.deleted("nearly", k.clock.Add(-90*day+time.Second))
	k.deleted("lately", k.clock)
	require.Equal(t, []string{"lately", "nearly"}, k.turn(0))
	k.clock = k.clock.Add(time.Second)
	require.Equal(t, []string{"lately", "nearly"}, k.turn(0), "no time has passed for the process")
	require.Equal(t, []string{"lately"}, k.turn(time.Second))
	k.retention.Keep = 0
	k.deleted("long ago", k.clock.Add(-4000*day))
	require.Equal(t, []string{"lately", "long ago"}, k.turn(time.Hour))
}

// A clock that leaps by a year doesn't erase everything: what was deleted yesterday is still there
// after days with the wrong clock, and nothing is lost once it is corrected.
func TestLeapOfTheClockForgetsNothing(t *testing.T) {
	t.Parallel()
	k := newKitchen(t, 90*day)
	right := k.clock
	require.Empty(t, k.turn(0))
	k.deleted("yesterday", right.Add(-day))
	k.clock = right.Add(365 * day)
	for range 24 {
		require.Equal(t, []string{"yesterday"}, k.turn(time.Hour))
	}
	k.clock = right.Add(day)
	require.Equal(t, []string{"yesterday"}, k.turn(time.Hour))
	k.deleted("ninety days ago", k.clock.Add(-90*day+time.Minute))
	require.Equal(t, []string{"ninety days ago", "yesterday"}, k.turn(0), "what a clock that was ahead has gained counts no more")

	k.clock = right.Add(365 * day) // the leap is real here, so it is believed after a week and a half
	for range 7 * 24 {
		k.turn(time.Hour)
	}
	require.Empty(t, k.turn(time.Hour))
}

// A machine that is a year behind turns the clock back by two days an hour, so its deletions are
// dated only slightly early.
func TestClockGoesBackSlowly(t *testing.T) {
	t.Parallel()
	k := newKitchen(t, 90*day)
	right := k.clock
	k.turn(0)
	k.clock = right.Add(-365 * day)
	k.turn(time.Hour)
	clock, set, err := recipestore.ReadClock(testkit.Context(t), k.pool)
	require.NoError(t, err)
	require.True(t, set)
	require.Equal(t, right.Add(-2*day), clock.At.UTC())
}

// If the clock is wrong when retention first runs, the ledger's times are used.
func TestClockBeginsWithTheLedger(t *testing.T) {
	t.Parallel()
	k := newKitchen(t, 90*day)
	k.deleted("yesterday", k.clock.Add(-day))
	k.exec(`INSERT INTO event_log (event_id, user_id, type, schema_version, subject, version, change, time, data, published_at)
		VALUES (gen_random_uuid(), $1, 'recipe.created', 3, 'larder.recipe.x.y', 1, 1, $2, '{}', now())`, k.user, k.clock)
	k.clock = k.clock.Add(365 * day)
	require.Equal(t, []string{"yesterday"}, k.turn(0))
}

// A recipe is kept until the stream has all its events, and until its grocery requests are
// published.
func TestWhatIsNotPublishedIsKept(t *testing.T) {
	t.Parallel()
	k := newKitchen(t, 90*day)
	k.deleted("waits", k.clock.Add(-100*day))
	k.exec(`INSERT INTO event_log (event_id, user_id, type, schema_version, subject, version, change, time, data)
		SELECT gen_random_uuid(), user_id, 'grocery.requested', 1, 'larder.grocery.x.y', 1, 1, now(),
			json_build_object('request_id', id, 'recipe', json_build_object('id', id, 'name', name)) FROM recipes`)
	require.Equal(t, []string{"waits"}, k.turn(0))
	k.exec(`UPDATE event_log SET published_at = now(), stream_sequence = 1`)
	require.Empty(t, k.turn(0))
}
