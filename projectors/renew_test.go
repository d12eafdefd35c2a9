package projectors_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
)

// aged is a diary from an older build: it must be rebuilt before it can be written.
type aged struct {
	*diary
	renewed atomic.Bool
}

func (a *aged) Outdated(context.Context) (bool, error) { return !a.renewed.Load(), nil }

func (a *aged) Apply(ctx context.Context, batch []projectors.Event) error {
	if !a.renewed.Load() {
		return errors.New("an older build laid this out")
	}
	return a.diary.Apply(ctx, batch)
}

func (a *aged) Rebuild(context.Context) (projectors.Target, error) {
	return &renewing{rewritten{diary: a.diary, fresh: newDiary()}, a}, nil
}

type renewing struct {
	rewritten
	of *aged
}

func (r *renewing) Commit(ctx context.Context) error {
	defer r.of.renewed.Store(true)
	return r.rewritten.Commit(ctx)
}

// A view with an older build's layout is rebuilt at startup, and the projection then continues.
func TestAnOutdatedViewIsBuiltAnew(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	teller := projectiontest.NewTeller()
	publish(t, conn, versions(teller, 20)...)
	book := &aged{diary: newDiary()}
	runner, _ := start(t, conn, long, book)
	caughtUp(t, runner)
	require.True(t, book.renewed.Load())
	publish(t, conn, versions(teller, 5)...)
	caughtUp(t, runner)
	sequences := book.sequences()
	require.EqualValues(t, 20, sequences[0], "the last event of the subject is enough for a view built anew")
	require.EqualValues(t, 25, sequences[len(sequences)-1])
}
