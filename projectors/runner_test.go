package projectors_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"larder.dev/events"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
)

const long = time.Hour // an AckWait that no test waits for

// Events of one user are written in order, each once, and acknowledged.
func TestOrder(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	book := newDiary()
	runner, _ := start(t, conn, long, book)
	running(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 700)...)
	status := caughtUp(t, runner)[0]
	require.True(t, slices.IsSorted(book.sequences()))
	require.Len(t, book.sequences(), 700)
	require.EqualValues(t, 700, status.Position)
	require.EqualValues(t, 700, status.StreamEnd)
	require.Zero(t, status.LagSeconds)
}

// A view that can't be written for a while then gets its events in order, with none lost or
// skipped.
func TestPassingFailureKeepsTheOrder(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	book := newDiary()
	var failures atomic.Int64
	book.before = func(context.Context, []projectors.Event) error {
		if failures.Add(1) <= 4 {
			return errors.New("the disk is full")
		}
		return nil
	}
	publish(t, conn, versions(projectiontest.NewTeller(), 1)...)
	runner, _ := start(t, conn, long, book)
	testkit.Until(t, "the status says so", func() bool {
		list, err := runner.Status(t.Context())
		require.NoError(t, err)
		return list[0].State == projectors.Retrying && list[0].LagEvents == 1 && list[0].LagSeconds > 0
	})
	publish(t, conn, versions(projectiontest.NewTeller(), 20)...)
	caughtUp(t, runner)
	require.Len(t, book.sequences(), 21)
}

// A write that takes several times the AckWait happens once: the server is told that it is in
// progress.
func TestSlowWriteIsNotRepeated(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	book := newDiary()
	book.spec.Batch, book.spec.Lanes = 2, 1
	const ackWait = 200 * time.Millisecond
	book.before = func(ctx context.Context, _ []projectors.Event) error {
		timer := time.NewTimer(2 * ackWait)
		defer timer.Stop()
		<-timer.C
		return nil
	}
	runner, _ := start(t, conn, ackWait, book)
	running(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 8)...)
	book.holds(t, 8)
	caughtUp(t, runner)
	require.Equal(t, []uint64{1, 2, 3, 4, 5, 6, 7, 8}, book.sequences())
}

// A stop finishes and acknowledges the running write; what hadn't started is given back, so that
// the next process gets it at once rather than after the AckWait.
func TestStopIsGraceful(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	book := newDiary()
	book.spec.Batch = 1
	entered, leave := make(chan struct{}, 10), make(chan struct{})
	book.before = func(context.Context, []projectors.Event) error {
		entered <- struct{}{}
		<-leave
		return nil
	}
	runner := projectors.NewRunner(projectors.Deps{Conn: conn, Log: testkit.Logger(t), AckWait: long}, book)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(ctx) }()
	running(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 3)...)
	testkit.Wait(t, entered, "a write")
	stop()
	close(leave)
	require.NoError(t, testkit.Wait(t, ended, "the end of the runner"))
	require.Equal(t, []uint64{1}, book.sequences(), "the write under way, and no other")

	next := newDiary()
	runner, _ = start(t, conn, long, next)
	caughtUp(t, runner)
	require.Equal(t, []uint64{1, 2, 3}, append(book.sequences(), next.sequences()...))
}

// A killed process's events go to the next one at once, without waiting for the AckWait.
func TestKilledProcessHoldsNothing(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	book := newDiary()
	entered := make(chan struct{}, 10)
	dead := make(chan struct{})
	book.before = func(context.Context, []projectors.Event) error {
		entered <- struct{}{}
		<-dead
		return errors.New("dead")
	}
	doomed := dial(t, server.URL())
	runner, _ := start(t, doomed, long, book)
	t.Cleanup(func() { close(dead) })
	running(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 3)...)
	testkit.Wait(t, entered, "a write")
	doomed.Close() // its acknowledgements and naks get lost

	next := newDiary()
	again, _ := start(t, conn, long, next)
	caughtUp(t, again)
	require.Equal(t, []uint64{1, 2, 3}, next.sequences())
}

// Projections recover when the server restarts.
func TestServerRestarts(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	book := newDiary()
	runner, _ := start(t, conn, time.Second, book)
	running(t, runner)
	teller := projectiontest.NewTeller()
	publish(t, conn, versions(teller, 2)...)
	book.holds(t, 2)
	server.Stop(t)
	server.Restart(t)
	require.NoError(t, conn.WaitReady(testkit.Context(t)))
	publish(t, conn, teller.Recipe(events.RecipeUpdated, "soup", 3))
	book.holds(t, 3)
	caughtUp(t, runner)
}

// A runner may start before its server, and before the relay has created the stream.
func TestStartsBeforeTheServer(t *testing.T) {
	t.Parallel()
	server := testkit.NATS(t)
	server.Stop(t)
	book := newDiary()
	conn := dial(t, server.URL())
	runner, _ := start(t, conn, long, book)
	server.Restart(t)
	require.NoError(t, conn.WaitReady(testkit.Context(t)))
	testkit.Until(t, "it waits for the stream", func() bool {
		status, err := runner.Status(t.Context())
		return err == nil && strings.Contains(status[0].Reason, "the relay makes it")
	})
	makeStreams(t, conn)
	caughtUp(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 1)...)
	caughtUp(t, runner)
	require.Len(t, book.sequences(), 1)
}

// A view found empty gets the last event of each subject, once, even though its consumer is further
// ahead.
func TestEmptyViewIsFilled(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	teller := projectiontest.NewTeller()
	publish(t, conn, append(versions(teller, 5), teller.Recipe(events.RecipeCreated, "bread", 1))...)
	runner, stop := start(t, conn, long, newDiary())
	caughtUp(t, runner)
	stop()
	emptied := newDiary()
	emptied.fresh = true
	runner, _ = start(t, conn, long, emptied)
	caughtUp(t, runner)
	require.Equal(t, []uint64{5, 6}, emptied.sequences())
}

// A deleted consumer is recreated, and the view gets everything again.
func TestDeletedConsumerIsMadeAgain(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	teller := projectiontest.NewTeller()
	publish(t, conn, versions(teller, 2)...)
	book := newDiary()
	runner, _ := start(t, conn, long, book)
	caughtUp(t, runner)
	require.NoError(t, conn.DeleteConsumer(t.Context(), events.Stream, "projection-diary"))
	publish(t, conn, teller.Recipe(events.RecipeUpdated, "soup", 3))
	caughtUp(t, runner)
	require.Contains(t, book.sequences(), uint64(3))
}

// Two processes that share a projection write every event between them.
func TestTwoProcessesShare(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	one, two := newDiary(), newDiary()
	first, _ := start(t, conn, long, one)
	second, stop := start(t, dial(t, server.URL()), long, two)
	running(t, first)
	running(t, second)
	for range 40 {
		publish(t, conn, versions(projectiontest.NewTeller(), 5)...)
	}
	caughtUp(t, first)
	all := append(one.sequences(), two.sequences()...)
	slices.Sort(all)
	require.Len(t, slices.Compact(all), 200)

	stop()
	publish(t, conn, versions(projectiontest.NewTeller(), 5)...)
	caughtUp(t, first)
	require.Contains(t, one.sequences(), uint64(205))
}

// A stopped or hanging projection doesn't affect the others.
func TestProjectionsAreIndependent(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	stuck, free := newDiary(), newDiary()
	stuck.spec.Name = "stuck"
	stuck.before = func(ctx context.Context, _ []projectors.Event) error { return errors.New("never") }
	runner, _ := start(t, conn, long, stuck, free)
	running(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 3)...)
	free.holds(t, 3)
	require.Empty(t, stuck.sequences())
}

// The metrics label each projection by name.
func TestMetrics(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	runner, _ := start(t, conn, long, newDiary())
	running(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 3)...)
	caughtUp(t, runner)
	registry := prometheus.NewRegistry()
	require.NoError(t, registry.Register(runner.Collector()))
	families, err := registry.Gather()
	require.NoError(t, err)
	values := map[string]float64{}
	for _, family := range families {
		metric := family.GetMetric()[0]
		require.Equal(t, "diary", metric.GetLabel()[0].GetValue())
		values[family.GetName()] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
	}
	require.InDelta(t, 3, values["larder_projection_applied_total"], 0)
	require.InDelta(t, 1, values["larder_projection_up"], 0)
	for _, name := range []string{"position", "lag_events", "lag_seconds", "parked", "skipped_total", "retries_total"} {
		require.Contains(t, values, "larder_projection_"+name)
	}
}

// The event alone erases a deleted user from every view and the streams, even without a call.
func TestDeletedUserIsErased(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	book, accounts := newDiary(), newDiary()
	accounts.spec = projectors.Spec{Name: "accounts", Filters: []string{events.AllUsers}}
	runner, _ := start(t, conn, long, book, accounts)
	gone, stays := projectiontest.NewTeller(), projectiontest.NewTeller()
	publish(t, conn, gone.Account(events.UserAdded, 1), stays.Account(events.UserAdded, 1))
	publish(t, conn, append(gone.RecipeStory(), stays.RecipeStory()...)...)
	caughtUp(t, runner)
	publish(t, conn, gone.Account(events.UserDeleted, 2))
	testkit.Until(t, "the user is erased", func() bool {
		return slices.Contains(book.erasedUsers(), gone.User) && slices.Contains(accounts.erasedUsers(), gone.User)
	})
	state, err := conn.State(t.Context(), events.Stream)
	require.NoError(t, err)
	require.EqualValues(t, len(stays.RecipeStory())+2, state.Messages, "the other user's events, and the deletion")
	require.NotContains(t, book.erasedUsers(), stays.User)
}

// A rebuild takes the deletion of a user who was erased while this process ran, as the comparison
// with the ledger expects, and nothing else of theirs.
func TestARebuildHasTheDeletionOfAnErasedUser(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	accounts := newDiary()
	accounts.spec = projectors.Spec{Name: "accounts", Filters: []string{events.AllUsers}}
	runner, _ := start(t, conn, long, accounts)
	gone := projectiontest.NewTeller()
	publish(t, conn, gone.Account(events.UserAdded, 1), gone.Account(events.UserDeleted, 2))
	testkit.Until(t, "the user is erased", func() bool { return slices.Contains(accounts.erasedUsers(), gone.User) })
	require.NoError(t, runner.Rebuild(t.Context(), "accounts", nil))
	written := accounts.written()
	require.Len(t, written, 1)
	require.Equal(t, events.UserDeleted, written[0].Type)
}

// slow is a diary whose first erasure, which removes seven things, waits for a second one to begin.
type slow struct {
	*diary

	calls  atomic.Int32
	begun  chan struct{}
	second chan struct{}
}

func (s *slow) Erase(context.Context, string) (int, error) {
	if s.calls.Add(1) > 1 {
		s.second <- struct{}{}
		return 0, nil
	}
	close(s.begun)
	select {
	case <-s.second:
	case <-time.After(200 * time.Millisecond): // none did
	}
	return 7, nil
}

// Of two erasures of one user, as by the event and by a call, the second waits and reports what the first removed.
func TestErasuresTakeTurns(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	book := &slow{diary: newDiary(), begun: make(chan struct{}), second: make(chan struct{}, 1)}
	runner, _ := start(t, conn, long, book)
	user := projectiontest.NewTeller().User
	var both errgroup.Group
	erase := func() error {
		places, err := runner.Erase(testkit.Context(t), user)
		if err == nil && !slices.Contains(places, projectors.Erased{Name: "diary", Count: 7}) {
			err = fmt.Errorf("an erasure reports %v", places)
		}
		return err
	}
	both.Go(erase)
	testkit.Wait(t, book.begun, "the first erasure")
	both.Go(erase)
	require.NoError(t, both.Wait())
}

// Erase refuses patterns, which would erase everyone.
func TestEraseRefusesPatterns(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	runner, _ := start(t, conn, long, newDiary())
	for _, user := range []string{"", "*", ">", "a.b", "a b"} {
		_, err := runner.Erase(t.Context(), user)
		require.Error(t, err, user)
	}
}
