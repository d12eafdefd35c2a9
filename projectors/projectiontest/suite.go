// Package projectiontest is the suite that every projection passes on real stores: nothing the
// runner may do to it, from duplicates to a crash within a batch, may show in its view.
package projectiontest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
)

// View is a projection with an empty view.
type View struct {
	Projection projectors.Projection

	// Dump returns everything the view shows readers of a user, by a thing's name. It must reveal
	// duplicates, and must not contain ids or users.
	Dump func(ctx context.Context, user string) (map[string]string, error)

	// Expect returns what the view must have after the last event of a subject; nil for a
	// projection without an inventory.
	Expect func(events.Envelope) (projectors.Fingerprint, bool, error)

	// FallsThrough says that readers find elsewhere what this view lacks, so that a rebuild may
	// empty it.
	FallsThrough bool
}

// Open returns a new, empty view. The connection's server belongs to the test.
type Open func(t *testing.T, conn *jetstream.Conn) View

// Run runs the suite.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*bench)
	}{
		{"duplicates", (*bench).duplicates},
		{"reordering", (*bench).reordering},
		{"crash in mid-batch", (*bench).crashInMidBatch},
		{"delete then a stale update", (*bench).deleteThenStale},
		{"rebuild equals live", (*bench).rebuildEqualsLive},
		{"rebuild while events come in", (*bench).rebuildUnderWrites},
		{"unknown type is skipped and counted", (*bench).unknownType},
		{"unknown version stops", (*bench).unknownVersion},
		{"poisoned is parked, the rest goes on", (*bench).poisoned},
		{"an erased user stays away", (*bench).erase},
		{"an event published again mends", (*bench).again},
		{"inventory", (*bench).inventory},
		{"forgotten is gone", (*bench).forgotten},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(newBench(t, open))
		})
	}
}

// bench is one test's server, view and teller.
type bench struct {
	*testing.T
	conn *jetstream.Conn
	view View
}

func newBench(t *testing.T, open Open) *bench {
	t.Helper()
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{
		URL: testkit.NATS(t).URL(), Name: t.Name(), Log: testkit.Logger(t),
	})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	for _, stream := range projectors.Streams() {
		require.NoError(t, conn.EnsureStream(t.Context(), stream))
	}
	return &bench{T: t, conn: conn, view: open(t, conn)}
}

// takesRecipes reports which story this projection understands.
func (b *bench) takesRecipes() bool {
	return slices.Contains(b.view.Projection.Spec().Filters, events.AllRecipes)
}

func (b *bench) story(teller *Teller) []events.Envelope {
	if b.takesRecipes() {
		return teller.RecipeStory()
	}
	return teller.GroceryStory()
}

// another returns one more event after a story.
func (b *bench) another(teller *Teller, word string) events.Envelope {
	if b.takesRecipes() {
		return teller.Recipe(events.RecipeCreated, word, 1)
	}
	return teller.Grocery(word)
}

func (b *bench) publish(list ...events.Envelope) {
	b.Helper()
	_, err := b.conn.PublishBatch(b.Context(), events.Stream, Messages(list))
	require.NoError(b, err)
}

func (b *bench) apply(batch []projectors.Event) {
	b.Helper()
	require.NoError(b, b.view.Projection.Apply(b.Context(), batch))
}

func (b *bench) dump(teller *Teller) map[string]string {
	b.Helper()
	dump, err := b.view.Dump(b.Context(), teller.User)
	require.NoError(b, err)
	return dump
}

// run runs a projection until stop, which the end of the test also calls.
func (b *bench) run(projection projectors.Projection) (runner *projectors.Runner, stop func()) {
	b.Helper()
	runner = projectors.NewRunner(projectors.Deps{
		Conn: b.conn, Log: testkit.Logger(b.T), AckWait: time.Second,
	}, projection)
	return runner, Running(b, runner)
}

func (b *bench) status(runner *projectors.Runner) projectors.Status {
	b.Helper()
	list, err := runner.Status(b.Context())
	require.NoError(b, err)
	require.Len(b, list, 1)
	return list[0]
}

// caughtUp waits until the projection has done everything.
func (b *bench) caughtUp(runner *projectors.Runner) projectors.Status {
	b.Helper()
	var status projectors.Status
	testkit.Until(b.T, "the projection has caught up", func() bool {
		status = b.status(runner)
		return status.State == projectors.Running && status.LagEvents == 0
	})
	return status
}

// expected is the view of a story told once, in order, to another user.
func (b *bench) expected() map[string]string {
	b.Helper()
	teller := NewTeller()
	b.apply(Delivered(b.story(teller)))
	dump := b.dump(teller)
	require.NotEmpty(b, dump, "a story leaves something to compare")
	return dump
}

// Delivering every event twice, in batches and singly, has the effect of once.
func (b *bench) duplicates() {
	want := b.expected()
	teller := NewTeller()
	batch := Delivered(b.story(teller))
	b.apply(batch)
	b.apply(batch)
	for _, event := range batch {
		b.apply([]projectors.Event{event, event})
	}
	require.Equal(b, want, b.dump(teller))
}

// Events in any order and any batches yield the same view.
func (b *bench) reordering() {
	want := b.expected()
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a failing order must be reproducible
		teller := NewTeller()
		batch := Delivered(b.story(teller))
		batch = append(batch, batch[:3]...)
		random.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
		for len(batch) > 0 {
			size := 1 + random.IntN(len(batch))
			b.apply(batch[:size])
			batch = batch[size:]
		}
		require.Equal(b, want, b.dump(teller), "seed %d", seed)
	}
}

// halfway applies half of its first batch and never returns, like a killed process.
type halfway struct {
	projectors.Projection
	reached chan struct{}
	killed  chan struct{}
}

var errKilled = errors.New("killed")

func (h *halfway) Apply(ctx context.Context, batch []projectors.Event) error {
	err := h.Projection.Apply(ctx, batch[:(len(batch)+1)/2])
	select {
	case h.reached <- struct{}{}:
	default:
	}
	<-h.killed
	return errors.Join(err, errKilled)
}

// If a process dies within a batch, its successor completes it.
func (b *bench) crashInMidBatch() {
	want := b.expected()
	teller := NewTeller()
	b.publish(b.story(teller)...)
	dying := &halfway{Projection: b.view.Projection, reached: make(chan struct{}, 1), killed: make(chan struct{})}
	_, stop := b.run(dying)
	testkit.Wait(b.T, dying.reached, "half of a batch")
	close(dying.killed)
	stop()
	runner, _ := b.run(b.view.Projection)
	b.caughtUp(runner)
	require.Equal(b, want, b.dump(teller))
}

// A deleted recipe stays deleted if an older event arrives late. For a feed: what was sent isn't
// sent again if it arrives late, after newer requests.
func (b *bench) deleteThenStale() {
	teller := NewTeller()
	if !b.takesRecipes() {
		story := Delivered(teller.GroceryStory())
		b.apply(story)
		want := b.dump(teller)
		b.apply(story[:1])
		require.Equal(b, want, b.dump(teller))
		return
	}
	created := teller.Recipe(events.RecipeCreated, "soup", 1)
	updated := teller.Recipe(events.RecipeUpdated, "soup", 2)
	deleted := teller.Recipe(events.RecipeDeleted, "soup", 3)
	b.apply(Delivered([]events.Envelope{created, updated, deleted}))
	want := b.dump(teller)
	b.apply(Delivered([]events.Envelope{updated}))
	b.apply(Delivered([]events.Envelope{created}))
	require.Equal(b, want, b.dump(teller))
}

// A rebuilt view equals the one kept up to date, and is itself kept up to date.
func (b *bench) rebuildEqualsLive() {
	teller := NewTeller()
	b.publish(b.story(teller)...)
	runner, _ := b.run(b.view.Projection)
	b.caughtUp(runner)
	live := b.dump(teller)
	require.NotEmpty(b, live)

	var last projectors.Progress
	name := b.view.Projection.Spec().Name
	require.NoError(b, runner.Rebuild(b.Context(), name, func(p projectors.Progress) { last = p }))
	require.Equal(b, live, b.dump(teller))
	require.Positive(b, last.Done)
	require.Equal(b, last.Total, last.Done)

	b.publish(b.another(teller, "salad"))
	b.caughtUp(runner)
	require.Greater(b, len(b.dump(teller)), len(live))
}

// writing publishes another event each time a rebuild applies some.
type writing struct {
	projectors.Projection
	bench  *bench
	teller *Teller
	count  int
	most   int
}

type writingTarget struct {
	projectors.Target
	writing *writing
}

func (w *writing) Rebuild(ctx context.Context) (projectors.Target, error) {
	target, err := w.Projection.Rebuild(ctx)
	return &writingTarget{target, w}, err
}

func (t *writingTarget) Apply(ctx context.Context, batch []projectors.Event) error {
	if w := t.writing; w.count < w.most {
		w.count++
		late := w.bench.another(w.teller, fmt.Sprintf("late%d", w.count))
		if _, err := w.bench.conn.PublishBatch(ctx, events.Stream, Messages([]events.Envelope{late})); err != nil {
			return err
		}
	}
	return t.Target.Apply(ctx, batch)
}

// Events that arrive during a rebuild are in the new view, each once.
func (b *bench) rebuildUnderWrites() {
	teller := NewTeller()
	b.publish(b.story(teller)...)
	projection := &writing{Projection: b.view.Projection, bench: b, teller: teller, most: 3}
	runner, _ := b.run(projection)
	b.caughtUp(runner)
	before := len(b.dump(teller))
	require.NoError(b, runner.Rebuild(b.Context(), projection.Spec().Name, nil))
	b.caughtUp(runner)
	require.Positive(b, projection.count)
	dump := b.dump(teller)
	require.Len(b, dump, before+projection.count)
	projection.most = 0
	require.NoError(b, runner.Rebuild(b.Context(), projection.Spec().Name, nil))
	require.Equal(b, dump, b.dump(teller))
}

// An event of an unknown type is skipped and counted.
func (b *bench) unknownType() {
	teller := NewTeller()
	strange := b.another(teller, "mystery")
	strange.Type = "recipe.pondered"
	b.publish(strange)
	b.publish(b.another(teller, "salad"))
	skips := 1
	if watcher, ok := b.view.Projection.(projectors.Watcher); ok && !watcher.Spec().Unfillable {
		// A view that doesn't exist yet skips it while it is built, and again when the stream is
		// read from the start.
		lost, err := watcher.Lost(b.Context())
		require.NoError(b, err)
		if lost {
			skips++
		}
	}
	runner, _ := b.run(b.view.Projection)
	status := b.caughtUp(runner)
	require.EqualValues(b, skips, status.Skipped)
	require.Zero(b, status.Parked)
	require.Len(b, b.dump(teller), 1)
}

// An event of an unknown version stops the projection before it: nothing is lost, and a newer build
// continues there.
func (b *bench) unknownVersion() {
	teller := NewTeller()
	b.publish(b.another(teller, "salad"))
	runner, _ := b.run(b.view.Projection)
	b.caughtUp(runner)
	newer := b.another(teller, "future")
	newer.SchemaVersion = 99
	b.publish(newer)
	var status projectors.Status
	testkit.Until(b.T, "the projection has stopped", func() bool {
		status = b.status(runner)
		return status.State == projectors.Stopped
	})
	require.Contains(b, status.Reason, "version 99")
	require.EqualValues(b, 1, status.LagEvents)
	require.EqualValues(b, 1, status.Position)
	require.Equal(b, 1, status.Parked, "it is on record, so that an operator can drop it")
	require.Len(b, b.dump(teller), 1)
	require.ErrorIs(b, runner.Rebuild(b.Context(), status.Name, nil), events.ErrUnknownVersion)
}

// An event that can never be applied is parked with its reason. A rebuild stops at it, names it,
// and leaves the view unchanged if readers rely on it.
func (b *bench) poisoned() {
	teller, other := NewTeller(), NewTeller()
	bad := b.another(teller, "poison")
	bad.Data = []byte(`{"id": 1`)
	headless := Message(b.another(teller, "headless"))
	delete(headless.Header, events.HeaderType)
	b.publish(b.another(teller, "salad"), bad, b.another(teller, "stew"), b.another(other, "salad"))
	_, err := b.conn.PublishBatch(b.Context(), events.Stream, []jetstream.Message{headless, Message(b.another(teller, "pie"))})
	require.NoError(b, err)
	runner, _ := b.run(b.view.Projection)
	status := b.caughtUp(runner)
	require.Equal(b, 2, status.Parked)
	require.Len(b, b.dump(teller), 3)
	require.Len(b, b.dump(other), 1)
	parked, err := runner.Parked(b.Context())
	require.NoError(b, err)
	require.Len(b, parked, 2)
	require.Equal(b, bad.ID, parked[0].EventID)
	require.Equal(b, bad.Subject, parked[0].Subject)
	require.NotEmpty(b, parked[0].Reason)

	err = runner.Rebuild(b.Context(), status.Name, nil)
	require.ErrorIs(b, err, events.ErrMalformed)
	require.ErrorContains(b, err, bad.ID)
	if !b.view.FallsThrough {
		require.Len(b, b.dump(other), 1)
	}
}

// An erased user is gone from view, stream and parked events; others aren't affected.
func (b *bench) erase() {
	teller, other := NewTeller(), NewTeller()
	b.publish(b.story(teller)...)
	b.publish(b.story(other)...)
	bad := b.another(teller, "poison")
	bad.Data = []byte(`[]`)
	b.publish(bad)
	runner, _ := b.run(b.view.Projection)
	require.Equal(b, 1, b.caughtUp(runner).Parked)
	kept := b.dump(other)
	places, err := runner.Erase(b.Context(), teller.User)
	require.NoError(b, err)
	require.Len(b, places, 2)
	for _, place := range places {
		require.Positive(b, place.Count, place.Name)
	}
	b.publish(b.another(teller, "late")) // still in flight at the relay
	require.Zero(b, b.caughtUp(runner).Parked)
	require.Empty(b, b.dump(teller))
	require.Equal(b, kept, b.dump(other))
}
