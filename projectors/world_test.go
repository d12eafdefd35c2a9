package projectors_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
)

// diary is a projection whose view is a list of the events it received, in order. Hooks let a test
// delay it or make it fail.
type diary struct {
	spec   projectors.Spec
	before func(ctx context.Context, batch []projectors.Event) error
	fresh  bool

	mu     sync.Mutex
	pages  []projectors.Event
	erased []string
	told   chan struct{} // signalled at each write
}

func newDiary() *diary {
	return &diary{
		spec: projectors.Spec{Name: "diary", Filters: []string{events.AllRecipes}},
		told: make(chan struct{}, 1),
	}
}

func (d *diary) Spec() projectors.Spec { return d.spec }

func (d *diary) Apply(ctx context.Context, batch []projectors.Event) error {
	if d.before != nil {
		if err := d.before(ctx, batch); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pages = append(d.pages, batch...)
	select {
	case d.told <- struct{}{}:
	default:
	}
	return nil
}

func (d *diary) Erase(_ context.Context, user string) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erased = append(d.erased, user)
	return 1, nil
}

func (d *diary) Fresh(context.Context) (bool, error) { return d.fresh, nil }

func (d *diary) Rebuild(context.Context) (projectors.Target, error) {
	return &rewritten{diary: d, fresh: newDiary()}, nil
}

func (d *diary) written() []projectors.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.pages)
}

// sequences returns the written events' sequences, in order of writing.
func (d *diary) sequences() []uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]uint64, len(d.pages))
	for i, page := range d.pages {
		list[i] = page.Sequence
	}
	return list
}

func (d *diary) erasedUsers() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.erased...)
}

// holds waits until this many events are written.
func (d *diary) holds(t testing.TB, count int) {
	t.Helper()
	for len(d.sequences()) < count {
		testkit.Wait(t, d.told, "another event")
	}
}

// rewritten is a diary being rebuilt.
type rewritten struct {
	diary *diary
	fresh *diary
}

func (r *rewritten) Apply(ctx context.Context, batch []projectors.Event) error {
	return r.fresh.Apply(ctx, batch)
}

func (r *rewritten) Commit(context.Context) error {
	r.diary.mu.Lock()
	defer r.diary.mu.Unlock()
	r.diary.pages = r.fresh.pages
	return nil
}

func (r *rewritten) Abort(context.Context) error { return nil }

// connect connects to a server for this test and creates the streams.
func connect(t testing.TB) (*jetstream.Conn, *testkit.NATSServer) {
	t.Helper()
	server := testkit.NATS(t)
	conn := dial(t, server.URL())
	makeStreams(t, conn)
	return conn, server
}

// makeStreams creates them like the relay.
func makeStreams(t testing.TB, conn *jetstream.Conn) {
	t.Helper()
	require.NoError(t, conn.WaitReady(t.Context()))
	for _, stream := range projectors.Streams() {
		require.NoError(t, conn.EnsureStream(t.Context(), stream))
	}
}

func dial(t testing.TB, url string) *jetstream.Conn {
	t.Helper()
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{URL: url, Name: t.Name(), Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

// start runs projections until stop, which the end of the test also calls.
func start(t testing.TB, conn *jetstream.Conn, ackWait time.Duration, list ...projectors.Projection) (*projectors.Runner, func()) {
	t.Helper()
	runner := projectors.NewRunner(projectors.Deps{Conn: conn, Log: testkit.Logger(t), AckWait: ackWait}, list...)
	return runner, projectiontest.Running(t, runner)
}

// controlled runs a projection and returns another process's Control for it.
func controlled(t testing.TB, book projectors.Projection) (*jetstream.Conn, *projectors.Runner, *projectors.Control) {
	t.Helper()
	conn, server := connect(t)
	runner, _ := start(t, conn, long, book)
	stop, err := projectors.ServeControl(conn, runner)
	require.NoError(t, err)
	t.Cleanup(stop)
	return conn, runner, projectors.NewControl(dial(t, server.URL()))
}

func publish(t testing.TB, conn *jetstream.Conn, list ...events.Envelope) {
	t.Helper()
	_, err := conn.PublishBatch(t.Context(), events.Stream, projectiontest.Messages(list))
	require.NoError(t, err)
}

// versions returns events of one recipe, from version 1 on.
func versions(teller *projectiontest.Teller, count int) []events.Envelope {
	list := make([]events.Envelope, count)
	for i := range list {
		list[i] = teller.Recipe(events.RecipeUpdated, "soup", int64(i+1))
	}
	return list
}

func caughtUp(t testing.TB, runner *projectors.Runner) []projectors.Status {
	t.Helper()
	var list []projectors.Status
	testkit.Until(t, "all projections have caught up", func() bool {
		var err error
		list, err = runner.Status(t.Context())
		if err != nil {
			return false
		}
		for _, status := range list {
			if status.LagEvents > 0 || status.State != projectors.Running {
				return false
			}
		}
		return true
	})
	return list
}

// running waits until a projection accepts events, so that those published next are delivered as
// new.
func running(t testing.TB, runner *projectors.Runner) { t.Helper(); caughtUp(t, runner) }
