package commandapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
)

// stream returns all messages of the stream, in order.
func (l *larder) stream() []events.Envelope {
	l.t.Helper()
	ctx := testkit.Context(l.t)
	state, err := l.conn.State(ctx, events.Stream)
	require.NoError(l.t, err)
	var all []events.Envelope
	for sequence := state.FirstSeq; sequence <= state.LastSeq && state.LastSeq > 0; sequence++ {
		message, found, err := l.conn.At(ctx, events.Stream, sequence)
		require.NoError(l.t, err)
		require.True(l.t, found)
		e, err := events.Parse(message.Subject, message.Header, message.Data)
		require.NoError(l.t, err)
		all = append(all, e)
	}
	return all
}

// run starts the relay and the hints, and returns a function that stops both.
func (l *larder) run(relay *commandapi.Relay) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	var group sync.WaitGroup
	group.Go(func() { l.api.Run(ctx) })
	group.Go(func() { ended <- relay.Run(ctx) })
	return func() {
		cancel()
		group.Wait()
		require.NoError(l.t, <-ended)
	}
}

func (l *larder) untilPublished() {
	l.t.Helper()
	testkit.Until(l.t, "everything is published", func() bool {
		backlog, err := l.api.Backlog(testkit.Context(l.t))
		require.NoError(l.t, err)
		return backlog.Events == 0
	})
}

// A transaction that drew its ledger id early and commits late is still published, after later ids
// that were committed before it. A relay that reads "id > cursor" would lose it for ever.
func TestRelayPublishesWhatIsCommittedLate(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ada, bob := l.user("ada", commandapi.Access{}), l.user("bob", commandapi.Access{})
	ctx := testkit.Context(t)
	stop := l.run(l.relay)
	defer stop()

	late, err := l.pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = late.Rollback(context.Background()) }()
	recipe := uuid.NewString()
	var lateID int64
	require.NoError(t, late.QueryRow(ctx, `INSERT INTO event_log
		(event_id, user_id, type, schema_version, subject, version, change, time, data)
		VALUES ($1, $2, 'recipe.created', 1, $3, 1, 2, now(), '{}') RETURNING id`,
		uuid.NewString(), bob.id, events.RecipeSubject(bob.id, recipe)).Scan(&lateID))

	for range 20 {
		ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"a"}`))
	}
	l.untilPublished()
	var last int64
	require.NoError(t, l.pool.QueryRow(ctx, `SELECT max(id) FROM event_log WHERE published_at IS NOT NULL`).Scan(&last))
	require.Greater(t, last, lateID, "later ids are out while the transaction is open")

	require.NoError(t, late.Commit(ctx))
	l.untilPublished()
	require.Equal(t, 1, l.count(`SELECT count(*) FROM event_log WHERE id = $1 AND stream_sequence > 20`, lateID))
	published := l.stream()
	require.Equal(t, events.RecipeSubject(bob.id, recipe), published[len(published)-1].Subject)
	requireChangesInOrder(t, published)
}

// requireChangesInOrder checks that each user's change numbers are consecutive.
func requireChangesInOrder(t *testing.T, published []events.Envelope) {
	t.Helper()
	last := map[string]int64{}
	for _, e := range published {
		require.Equal(t, last[e.User()]+1, e.Change, "user %s", e.User())
		last[e.User()] = e.Change
	}
}

// Many users write while two relays stand by and the leader is stopped repeatedly: the stream has
// every event once, and each user's in order.
func TestRelayKeepsTheOrderOverChangesOfTheLeader(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	second := relayOver(t, l, l.conn)
	users := make([]*caller, 4)
	for i := range users {
		users[i] = l.user("user"+strconv.Itoa(i), commandapi.Access{})
	}
	var writers sync.WaitGroup
	for _, user := range users {
		writers.Go(func() {
			for n := range 40 {
				user.send("POST", "/api/recipes", fmt.Sprintf(`{"name":"r%d"}`, n))
			}
		})
	}
	for range 5 {
		stop, stopSecond := l.run(l.relay), l.run(second)
		stop()
		stopSecond()
	}
	stop := l.run(second)
	writers.Wait()
	l.untilPublished()
	stop()
	published := l.stream()
	require.Len(t, published, 4+4*40)
	requireChangesInOrder(t, published)
	require.Zero(t, l.count(`SELECT count(*) FROM event_log WHERE stream_sequence IS NULL`))
}

// brokenStream stores part of each batch in the real stream and then fails, until repaired. It
// reports which part was stored only if tell is set; otherwise it acts like a lost acknowledgement.
type brokenStream struct {
	conn   *jetstream.Conn
	tell   bool
	broken atomic.Bool
	failed chan struct{}
}

var errBroken = errors.New("the stream broke in the middle of a batch")

func (b *brokenStream) PublishBatch(ctx context.Context, stream string, msgs []jetstream.Message) ([]uint64, error) {
	if !b.broken.Load() {
		return b.conn.PublishBatch(ctx, stream, msgs)
	}
	part := slices.Clone(msgs[:(len(msgs)+1)/2])
	stored, err := b.conn.PublishBatch(ctx, stream, part)
	if err == nil {
		err = errBroken
	}
	select {
	case b.failed <- struct{}{}:
	default:
	}
	if !b.tell {
		stored = nil
	}
	return stored, err
}

// If a stream stores part of a batch and fails, the relay continues after what it knows to be
// stored; the rest is sent again and stored once.
func TestRelayGoesOnAfterAFailureInABatch(t *testing.T) {
	t.Parallel()
	for _, tell := range []bool{true, false} {
		t.Run(fmt.Sprintf("tell=%t", tell), func(t *testing.T) {
			t.Parallel()
			l := newLarderWithStream(t)
			broken := &brokenStream{conn: l.conn, tell: tell, failed: make(chan struct{}, 1)}
			broken.broken.Store(true)
			relay := relayOver(t, l, broken)
			ada := l.user("ada", commandapi.Access{})
			for range 30 {
				ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"a"}`))
			}
			_, err := relay.Drain(testkit.Context(t))
			require.ErrorIs(t, err, errBroken)
			testkit.Wait(t, broken.failed, "a failed batch")
			stop := l.run(relay)
			testkit.Wait(t, broken.failed, "a second try")
			broken.broken.Store(false)
			l.untilPublished()
			stop()
			published := l.stream()
			require.Len(t, published, 31)
			requireChangesInOrder(t, published)
		})
	}
}

// backlog inserts ledger rows as one user's writes do.
func (l *larder) backlog(user string, from, to int) {
	l.t.Helper()
	_, err := l.pool.Exec(testkit.Context(l.t), `INSERT INTO event_log
		(event_id, user_id, type, schema_version, subject, version, change, time, data)
		SELECT gen_random_uuid(), $1::uuid, 'recipe.created', 1, 'larder.recipe.' || $1::text || '.' || n, 1, n, now(), '{}'
		FROM generate_series($2::int, $3::int) n`, user, from, to)
	require.NoError(l.t, err)
}

// batchedStream calls a hook for each batch. The hook may delay it; on its error only half of the
// batch is stored.
type batchedStream struct {
	conn *jetstream.Conn
	hook func(batch int) error
	sent int
}

func (b *batchedStream) PublishBatch(ctx context.Context, stream string, msgs []jetstream.Message) ([]uint64, error) {
	b.sent++
	failed := b.hook(b.sent)
	if failed != nil {
		msgs = msgs[:len(msgs)/2]
	}
	stored, err := b.conn.PublishBatch(ctx, stream, msgs)
	return stored, errors.Join(err, failed)
}

// If the backlog exceeds a batch, the next one is read while one is published. A transaction that
// commits in between with an early id isn't skipped, a failed batch isn't overtaken, and every
// event arrives once.
func TestRelayReadsAhead(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ctx := testkit.Context(t)
	ada, bob, cem := uuid.NewString(), uuid.NewString(), uuid.NewString()
	late, err := l.pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = late.Rollback(context.Background()) }()
	_, err = late.Exec(ctx, `INSERT INTO event_log (event_id, user_id, type, schema_version, subject, version, change, time, data)
		VALUES (gen_random_uuid(), $1, 'recipe.created', 1, $2, 1, 1, now(), '{}')`, bob, events.RecipeSubject(bob, "late"))
	require.NoError(t, err)
	l.backlog(ada, 1, 2500)
	l.backlog(cem, 1, 2500)

	stream := &batchedStream{conn: l.conn, hook: func(batch int) error {
		switch batch {
		case 2:
			if err := late.Commit(ctx); err != nil {
				return err
			}
			l.backlog(bob, 2, 20)
		case 4:
			return errBroken
		}
		return nil
	}}
	relay := relayOver(t, l, stream)
	_, err = relay.Drain(ctx)
	require.ErrorIs(t, err, errBroken)
	_, err = relay.Drain(ctx)
	require.NoError(t, err)
	published := l.stream()
	require.Len(t, published, 5020)
	requireChangesInOrder(t, published)
	require.Zero(t, l.count(`SELECT count(*) FROM event_log WHERE published_at IS NULL OR stream_sequence IS NULL`))
}

// A lost hint delays an event but doesn't lose it.
func TestRelayNeedsNoHint(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.relay.Run(ctx) }()
	l.user("ada", commandapi.Access{})
	l.untilPublished()
	l.user("bob", commandapi.Access{})
	l.untilPublished()
	require.Len(t, l.stream(), 2)
	cancel()
	require.NoError(t, testkit.Wait(t, ended, "the end of the relay"))
}

// While the stream is down, commands are accepted; the relay catches up when it is back.
func TestCommandsAreAcceptedWithoutTheStream(t *testing.T) {
	t.Parallel()
	nats := testkit.NATS(t)
	l := newLarderOn(t, nats)
	stop := l.run(l.relay)
	defer stop()
	nats.Stop(t)
	ada := l.user("ada", commandapi.Access{})
	for range 3 {
		ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes))
	}
	backlog, err := l.api.Backlog(testkit.Context(t))
	require.NoError(t, err)
	require.EqualValues(t, 4, backlog.Events)
	nats.Restart(t)
	l.untilPublished()
	require.Len(t, l.stream(), 4)
}

// The backlog is measured during publishing, even if that is slow without failing.
func TestRelayMeasuresASlowBacklog(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	begun, goOn := make(chan struct{}, 1), make(chan struct{})
	registry := prometheus.NewRegistry()
	relay, err := commandapi.NewRelay(commandapi.RelayDeps{
		Pool: l.pool, PostgresURL: l.url, Metrics: registry, Log: l.deps.Log,
		Publisher: &batchedStream{conn: l.conn, hook: func(int) error {
			select {
			case begun <- struct{}{}:
			default:
			}
			<-goOn
			return nil
		}},
	})
	require.NoError(t, err)
	l.backlog(uuid.NewString(), 1, 40)
	stop := l.run(relay)
	defer stop()
	testkit.Wait(t, begun, "a batch under way")
	testkit.Until(t, "the backlog is measured", func() bool {
		return gauge(t, registry, "larder_relay_backlog_events") == 40 && gauge(t, registry, "larder_relay_backlog_seconds") > 0
	})
	close(goOn)
	testkit.Until(t, "the backlog is gone", func() bool { return gauge(t, registry, "larder_relay_backlog_events") == 0 })
}

func gauge(t *testing.T, registry *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	require.Fail(t, "no such metric", name)
	return 0
}
