package projectors_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
)

// Another process gets the status, rebuilds, lists parked events and erases.
func TestControl(t *testing.T) {
	t.Parallel()
	book := newDiary()
	conn, runner, control := controlled(t, book)
	teller := projectiontest.NewTeller()
	publish(t, conn, versions(teller, 5)...)
	caughtUp(t, runner)

	list, err := control.Status(testkit.Context(t))
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "diary", list[0].Name)
	require.EqualValues(t, 5, list[0].Position)

	var last projectors.Progress
	require.NoError(t, control.Rebuild(testkit.Context(t), "diary", func(p projectors.Progress) { last = p }))
	require.EqualValues(t, 1, last.Done)
	require.Equal(t, []uint64{5}, book.sequences(), "the last event of the one recipe")

	parked, err := control.Parked(testkit.Context(t))
	require.NoError(t, err)
	require.Empty(t, parked)

	places, err := control.Erase(testkit.Context(t), teller.User)
	require.NoError(t, err)
	require.Equal(t, []projectors.Erased{{Name: "stream", Count: 5}, {Name: "diary", Count: 1}}, places)
}

// told is a diary whose rebuilt view has an inventory.
type told struct{ *diary }

type toldTarget struct{ *rewritten }

func (d told) Rebuild(context.Context) (projectors.Target, error) {
	return toldTarget{&rewritten{diary: d.diary, fresh: newDiary()}}, nil
}

func (t toldTarget) Fingerprints(_ context.Context, subjects []string) ([]projectors.Fingerprint, error) {
	var list []projectors.Fingerprint
	for _, page := range t.fresh.written() {
		if slices.Contains(subjects, page.Subject) {
			list = append(list, projectors.Fingerprint{Subject: page.Subject, Version: page.Version})
		}
	}
	return list, nil
}

func (t toldTarget) Subjects(context.Context, string, string) (projectors.SubjectPage, error) {
	var page projectors.SubjectPage
	for _, event := range t.fresh.written() {
		page.Subjects = append(page.Subjects, event.Subject)
	}
	return page, nil
}

// Another process compares a rebuilt view before it serves, while it is kept up to date: a refused
// view is discarded, an accepted one replaces the serving one.
func TestRebuildComparedElsewhere(t *testing.T) {
	t.Parallel()
	book := told{newDiary()}
	conn, runner, control := controlled(t, book)
	teller := projectiontest.NewTeller()
	story := versions(teller, 6)
	publish(t, conn, story[:5]...)
	caughtUp(t, runner)
	require.NoError(t, book.Apply(t.Context(), book.written()), "more than a new view has")
	before := book.sequences()
	nothing := func(projectors.Progress) {}

	compared := make(chan struct{}, 1)
	refusal := errors.New("one recipe is missing")
	err := control.RebuildCompared(testkit.Context(t), "diary", nothing, func(context.Context, projectors.Candidate) error {
		compared <- struct{}{}
		return refusal
	})
	testkit.Wait(t, compared, "the comparison")
	require.ErrorIs(t, err, refusal)
	require.Equal(t, before, book.sequences(), "what serves is as it was")

	err = control.RebuildCompared(testkit.Context(t), "diary", nothing, func(ctx context.Context, candidate projectors.Candidate) error {
		publish(t, conn, story[5])
		for position := uint64(0); position < 6; {
			if position, err = candidate.Position(ctx); err != nil {
				return err
			}
		}
		page, err := candidate.Subjects(ctx, "", "")
		if err != nil {
			return err
		}
		list, err := candidate.Fingerprints(ctx, page.Subjects)
		if err == nil && (len(list) != 2 || list[1].Version != 6) {
			err = fmt.Errorf("the new view has %v", list)
		}
		return err
	})
	require.NoError(t, err)
	require.Equal(t, []uint64{5, 6}, book.sequences(), "the last event, and what came while it was compared")

	// A view without an inventory isn't compared; one that keeps no old view can't be rolled back.
	require.ErrorContains(t, control.Rollback(testkit.Context(t), "diary", nothing), projectors.ErrNoOld.Error())
	require.ErrorContains(t, control.DropOld(testkit.Context(t), "diary"), projectors.ErrNoOld.Error())
}

// If no process runs projections, every request says so.
func TestControlWithoutProjectors(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	control := projectors.NewControl(conn)
	_, err := control.Status(t.Context())
	require.ErrorIs(t, err, projectors.ErrNoProjectors)
	_, err = control.Erase(t.Context(), "somebody")
	require.ErrorIs(t, err, projectors.ErrNoProjectors)
	_, err = control.Parked(t.Context())
	require.ErrorIs(t, err, projectors.ErrNoProjectors)
	require.ErrorIs(t, control.Rebuild(t.Context(), "diary", nil), projectors.ErrNoProjectors)
	require.ErrorIs(t, control.Rebuild(t.Context(), "*", nil), projectors.ErrUnknownProjection)
}

// hesitant is a diary whose first rebuild hangs in its first batch.
type hesitant struct {
	*diary
	entered chan struct{}
	hung    atomic.Bool
}

type hesitantTarget struct {
	projectors.Target
	book *hesitant
}

func (h *hesitant) Rebuild(ctx context.Context) (projectors.Target, error) {
	target, err := h.diary.Rebuild(ctx)
	return hesitantTarget{target, h}, err
}

func (t hesitantTarget) Apply(ctx context.Context, batch []projectors.Event) error {
	if !t.book.hung.CompareAndSwap(false, true) {
		return t.Target.Apply(ctx, batch)
	}
	close(t.book.entered)
	<-ctx.Done()
	return ctx.Err()
}

// A cancelled rebuild ends in the rebuilding process, leaves the view unchanged and can be
// restarted; a second, concurrent one is refused.
func TestRebuildIsCancelled(t *testing.T) {
	t.Parallel()
	book := &hesitant{diary: newDiary(), entered: make(chan struct{})}
	conn, runner, control := controlled(t, book)
	running(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 2)...)
	caughtUp(t, runner)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- control.Rebuild(ctx, "diary", func(projectors.Progress) {}) }()
	testkit.Wait(t, book.entered, "the rebuild")
	require.ErrorIs(t, runner.Rebuild(t.Context(), "diary", nil), projectors.ErrRebuilding)
	cancel()
	require.ErrorIs(t, testkit.Wait(t, ended, "the end of the rebuild"), context.Canceled)
	require.Equal(t, []uint64{1, 2}, book.sequences())

	testkit.Until(t, "a rebuild can be done again", func() bool { return runner.Rebuild(t.Context(), "diary", nil) == nil })
	require.Equal(t, []uint64{2}, book.sequences())
}

// Processes that share a projection pause while one of them swaps its view, and then continue.
func TestOthersKeepStillForASwap(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	one, two := newDiary(), newDiary()
	first := share(t, conn, one)
	second := share(t, dial(t, server.URL()), two)
	teller := projectiontest.NewTeller()
	publish(t, conn, versions(teller, 10)...)
	caughtUp(t, first)
	require.NoError(t, first.Rebuild(t.Context(), "diary", nil))
	require.Equal(t, []uint64{10}, one.sequences())
	publish(t, conn, teller.Recipe(events.RecipeUpdated, "soup", 11), teller.Recipe(events.RecipeCreated, "tea", 1))
	caughtUp(t, first)
	caughtUp(t, second)
	require.Subset(t, append(one.sequences(), two.sequences()...), []uint64{11, 12})

	list, err := projectors.NewControl(dial(t, server.URL())).Status(testkit.Context(t))
	require.NoError(t, err)
	require.Len(t, list, 1, "one projection, though in two processes")
}

// share runs a projection as one of several processes.
func share(t *testing.T, conn *jetstream.Conn, book projectors.Projection) *projectors.Runner {
	t.Helper()
	runner, _ := start(t, conn, long, book)
	stop, err := projectors.ServeControl(conn, runner)
	require.NoError(t, err)
	t.Cleanup(stop)
	running(t, runner)
	require.NoError(t, conn.Flush(t.Context()))
	return runner
}

// For an unknown projection, the error names the existing ones.
func TestRebuildOfAnUnknownProjection(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	runner, _ := start(t, conn, long, newDiary())
	err := runner.Rebuild(t.Context(), "serach", nil)
	require.ErrorIs(t, err, projectors.ErrUnknownProjection)
	require.ErrorContains(t, err, "diary")
}
