package topology

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// fixedSource is a source that a test sets.
type fixedSource struct {
	state State
	away  bool
	slow  time.Duration
}

func (p *fixedSource) source(name string, confirms func(State) bool) Source {
	return Source{Name: name, Confirms: confirms, Ask: func(ctx context.Context) (State, error) {
		select {
		case <-time.After(p.slow):
		case <-ctx.Done():
			return State{}, ctx.Err()
		}
		if p.away {
			return State{}, errors.New("away")
		}
		return p.state, nil
	}}
}

func always(State) bool { return true }

// theOther confirms as the database of a side does.
func theOther(side Side) func(State) bool { return func(s State) bool { return s.Primary != side } }

func watching(sources ...Source) *Watch { return NewWatch(slog.New(slog.DiscardHandler), sources...) }

// A process writes as long as somebody but the primary confirms the epoch, for the lease after the last time, and
// again once somebody does.
func TestTheLeaseEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket, a, b := &fixedSource{state: Initial()}, &fixedSource{state: Initial()}, &fixedSource{state: Initial()}
		w := watching(bucket.source("bucket", always), a.source("a", theOther(A)), b.source("b", theOther(B)))
		require.ErrorIs(t, w.MayWrite(), ErrNotConfirmed, "nobody was asked")
		w.Refresh(t.Context())
		require.NoError(t, w.MayWrite())
		bucket.away = true
		<-time.After(Lease + time.Millisecond) // by the clock of synctest
		require.ErrorIs(t, w.MayWrite(), ErrNotConfirmed)
		w.Refresh(t.Context())
		require.NoError(t, w.MayWrite(), "the backup is enough")
		b.away = true
		<-time.After(Lease) // by the clock of synctest
		w.Refresh(t.Context())
		require.NoError(t, w.MayWrite(), "to the last moment")
		<-time.After(time.Millisecond) // by the clock of synctest
		require.ErrorIs(t, w.MayWrite(), ErrNotConfirmed, "the primary's own word doesn't count")
		bucket.away = false
		w.Refresh(t.Context())
		require.NoError(t, w.MayWrite())
	})
}

// The lease begins when the question was asked, however late the answer is.
func TestTheLeaseBeginsWithTheQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket := &fixedSource{state: Initial(), slow: time.Second}
		w := watching(bucket.source("bucket", always))
		w.Refresh(t.Context())
		<-time.After(Lease - time.Second) // by the clock of synctest
		require.NoError(t, w.MayWrite())
		<-time.After(time.Millisecond) // by the clock of synctest
		require.ErrorIs(t, w.MayWrite(), ErrNotConfirmed)
	})
}

// A failover that can't fence waits longer than any lease lasts.
func TestTheWaitIsLongerThanALease(t *testing.T) {
	t.Parallel()
	require.Greater(t, Wait, Lease)
}

// An idle process whose question isn't answered once still may write: it asks again before its lease ends.
func TestALostAnswerCostsNoIdleLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket := &fixedSource{state: Initial()}
		var asked, lost atomic.Int64
		source := bucket.source("bucket", always)
		ask := source.Ask
		source.Ask = func(ctx context.Context) (State, error) {
			if asked.Add(1)%3 == 0 {
				lost.Add(1)
				return State{}, errors.New("lost on the way")
			}
			return ask(ctx)
		}
		w := watching(source)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go w.Run(ctx)
		for range 600 {
			<-time.After(100 * time.Millisecond) // by the clock of synctest
			w.mu.Lock()
			require.Less(t, time.Since(w.confirmed), Lease)
			w.mu.Unlock()
		}
		require.Greater(t, lost.Load(), int64(5))
	})
}

// A process that starts after a failback isn't warned of anything: the primary is the one that it should be. One that
// serves from the backup is.
func TestOnlyTheBackupAsPrimaryIsWarnedOf(t *testing.T) {
	t.Parallel()
	warnings := func(state State) string {
		var log bytes.Buffer
		bucket := &fixedSource{state: state}
		w := NewWatch(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})), bucket.source("bucket", always))
		w.Refresh(t.Context())
		require.Equal(t, state, w.State())
		return log.String()
	}
	require.Empty(t, warnings(State{Epoch: 2, Primary: A}))
	require.Contains(t, warnings(State{Epoch: 3, Primary: B}), "side=b")
}

// From the announcement on nothing is written; once the new primary is there, writes go to it, and whoever waits for
// the change hears of it.
func TestASwitch(t *testing.T) {
	t.Parallel()
	bucket := &fixedSource{state: Initial()}
	w := watching(bucket.source("bucket", always))
	w.Refresh(t.Context())
	changed := w.Changed()
	bucket.state = State{Epoch: 1, Primary: B, Switching: true}
	w.Refresh(t.Context())
	require.ErrorIs(t, w.MayWrite(), ErrNotConfirmed)
	require.Equal(t, Initial(), w.State(), "reads go on where they were")
	bucket.state = State{Epoch: 1, Primary: B}
	w.Refresh(t.Context())
	require.NoError(t, w.MayWrite())
	require.Equal(t, bucket.state, w.State())
	select {
	case <-changed:
	default:
		require.Fail(t, "nobody hears of the change")
	}
}

// A process that starts in the middle of a later switch reads from the primary that is being replaced.
func TestAStartInTheMiddleOfASwitch(t *testing.T) {
	t.Parallel()
	bucket := &fixedSource{state: State{Epoch: 4, Primary: A, Switching: true}}
	w := watching(bucket.source("bucket", always))
	require.Equal(t, State{Epoch: 3, Primary: B}, w.Known(t.Context()))
	require.ErrorIs(t, w.MayWrite(), ErrNotConfirmed)
}

// Where nothing but the database is known there is no failover, and writes are never held back.
func TestWithoutSourcesThereIsNoLease(t *testing.T) {
	t.Parallel()
	require.NoError(t, watching().MayWrite())
	require.Equal(t, Initial(), watching().State())
}

// Whatever the sources say, and in whichever order, a process never goes back to an earlier epoch, and never writes in
// one of which it has seen the successor begin.
func TestNeverBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		bucket := &fixedSource{}
		w := watching(bucket.source("bucket", always))
		last, begun := w.State(), int64(0)
		for range rapid.IntRange(1, 20).Draw(rt, "answers") {
			epoch := rapid.Int64Range(0, 6).Draw(rt, "epoch")
			bucket.state = State{Epoch: epoch, Primary: primaryIn(epoch), Switching: rapid.Bool().Draw(rt, "switching") && epoch > 0}
			w.Refresh(context.Background())
			begun = max(begun, epoch)
			now := w.State()
			require.GreaterOrEqual(rt, now.Epoch, last.Epoch)
			require.Equal(rt, primaryIn(now.Epoch), now.Primary)
			if w.MayWrite() == nil {
				require.Equal(rt, begun, now.Epoch)
			}
			last = now
		}
	})
}

// primaryIn is who the primary is where each switch was to the other side.
func primaryIn(epoch int64) Side {
	if epoch%2 == 1 {
		return B
	}
	return A
}

// A process in which nobody writes asks seldom, and keeps its lease; one that writes asks twice a second.
func TestAnIdleWatchAsksSeldom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket := &fixedSource{state: Initial()}
		var asked atomic.Int64
		source := bucket.source("bucket", always)
		ask := source.Ask
		source.Ask = func(ctx context.Context) (State, error) { asked.Add(1); return ask(ctx) }
		w := watching(source)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go w.Run(ctx)
		pass := func(d time.Duration) int64 {
			before := asked.Load()
			<-time.After(d) // by the clock of synctest
			synctest.Wait()
			return asked.Load() - before
		}
		pass(time.Minute)
		require.LessOrEqual(t, pass(time.Minute), int64(30))
		require.NoError(t, w.MayWrite())
		pass(idleEvery)
		require.GreaterOrEqual(t, pass(5*time.Second), int64(9))
	})
}
