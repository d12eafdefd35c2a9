package projectors

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A quiet lane returns an event at once; a busy one gathers until the next batch is due or full.
func TestLaneGathersOnlyUnderLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const every = 200 * time.Millisecond
		l := newLanes(Spec{Lanes: 1, Batch: 3, Every: every})[0]
		take := func() (size int, took time.Duration) {
			began := time.Now()
			return len(l.take(t.Context())), time.Since(began)
		}
		put := func(n int) {
			for range n {
				l.in <- &item{}
			}
		}
		put(1)
		size, took := take()
		require.Equal(t, 1, size)
		require.Zero(t, took, "the first after a rest")

		put(1)
		time.AfterFunc(every/2, func() { put(1) })
		size, took = take()
		require.Equal(t, 2, size, "what comes meanwhile goes along")
		require.Equal(t, every, took)

		put(4)
		size, took = take()
		require.Equal(t, 3, size)
		require.Zero(t, took, "a full one doesn't wait")

		time.Sleep(every) //nolint:forbidigo // this is the synctest clock
		size, took = take()
		require.Equal(t, 1, size)
		require.Zero(t, took, "nobody waits longer than the spacing")
	})
}

// A gathering lane stops when its session ends: its messages are given back and redelivered.
func TestLaneStopsGathering(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLanes(Spec{Lanes: 1, Batch: 3, Every: time.Hour})[0]
		ctx, cancel := context.WithCancel(t.Context())
		l.in <- &item{}
		require.Len(t, l.take(ctx), 1)
		l.in <- &item{}
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		require.Nil(t, l.take(ctx))
		require.Equal(t, time.Second, time.Since(began))
	})
}
