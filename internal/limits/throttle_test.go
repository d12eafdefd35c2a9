package limits

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

func throttleOf(t *testing.T, kind Kind, limit Limit) (*Throttle, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewRegistry()
	throttle, err := New(Limits{kind: limit}, registry)
	require.NoError(t, err)
	return throttle, registry
}

// pass lets time pass, in a test with a fake clock.
func pass(d time.Duration) { <-time.NewTimer(d).C }

// counted returns the refusals, as "<kind> <limit> <times>".
func counted(t *testing.T, registry *prometheus.Registry) []string {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	var all []string
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			text := ""
			for _, label := range metric.GetLabel() {
				text += label.GetValue() + " "
			}
			all = append(all, text+fmt.Sprint(metric.GetCounter().GetValue()))
		}
	}
	return all
}

// enter starts a request that stays in progress until its leave is called.
func enter(t *testing.T, throttle *Throttle, kind Kind, who string) func() {
	t.Helper()
	leave, err := throttle.Enter(t.Context(), kind, who)
	require.NoError(t, err)
	return leave
}

func refused(t *testing.T, throttle *Throttle, kind Kind, who string) *Exceeded {
	t.Helper()
	_, err := throttle.Enter(t.Context(), kind, who)
	var exceeded *Exceeded
	require.ErrorAs(t, err, &exceeded)
	return exceeded
}

// A person at the stream limit is refused another, and nobody else is; one that ends makes room.
func TestStreamsAtOnce(t *testing.T) {
	t.Parallel()
	throttle, registry := throttleOf(t, Stream, Limit{AtOnce: 2})
	first := enter(t, throttle, Stream, "ada")
	enter(t, throttle, Stream, "ada")
	exceeded := refused(t, throttle, Stream, "ada")
	require.Equal(t, Exceeded{Kind: Stream, Limit: 2, RetryAfter: time.Second}, *exceeded)
	require.EqualError(t, exceeded, "more than 2 streams at once")
	enter(t, throttle, Stream, "bob")
	first()
	enter(t, throttle, Stream, "ada")
	require.Equal(t, []string{"stream at_once 1"}, counted(t, registry))
}

// Searches queue, so a page that sends a few at once is served; those beyond the queue are refused
// at once, and those that wait too long after a while.
func TestSearchesWaitForATurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttle, _ := throttleOf(t, Search, Limit{AtOnce: 2})
		leave := []func(){enter(t, throttle, Search, "ada"), enter(t, throttle, Search, "ada")}
		answers := make(chan error, queueFactor*2)
		for range queueFactor * 2 {
			go func() {
				_, err := throttle.Enter(t.Context(), Search, "ada")
				answers <- err
			}()
		}
		synctest.Wait()
		began := time.Now()
		refused(t, throttle, Search, "ada")
		require.Zero(t, time.Since(began))
		for _, leave := range leave {
			leave()
		}
		synctest.Wait()
		require.Len(t, answers, 2, "two have a turn")
		pass(patience)
		synctest.Wait()
		require.Len(t, answers, queueFactor*2)
		for i := range queueFactor * 2 {
			var exceeded *Exceeded
			if err := <-answers; i < 2 {
				require.NoError(t, err)
			} else {
				require.ErrorAs(t, err, &exceeded)
			}
		}
	})
}

// A caller who leaves while waiting frees the place in the queue, and doesn't count as refused.
func TestGivingUpLeavesTheQueue(t *testing.T) {
	t.Parallel()
	throttle, registry := throttleOf(t, Write, Limit{AtOnce: 1})
	leave := enter(t, throttle, Write, "ada")
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	for range 3 * queueFactor {
		_, err := throttle.Enter(ctx, Write, "ada")
		require.ErrorIs(t, err, context.Canceled)
	}
	leave()
	enter(t, throttle, Write, "ada")
	require.Empty(t, counted(t, registry))
}

// Ten seconds' worth may come at once; after that the rate applies, and the answer says how long to
// wait.
func TestRequestsASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttle, _ := throttleOf(t, Login, Limit{PerSecond: 2})
		for range Login.burst(2) {
			enter(t, throttle, Login, "192.0.2.1")()
		}
		exceeded := refused(t, throttle, Login, "192.0.2.1")
		require.Equal(t, Exceeded{Kind: Login, Limit: 2, PerSecond: true, RetryAfter: time.Second / 2}, *exceeded)
		require.EqualError(t, exceeded, "more than 2 logins a second")
		enter(t, throttle, Login, "192.0.2.2")()
		pass(exceeded.RetryAfter)
		enter(t, throttle, Login, "192.0.2.1")()
		refused(t, throttle, Login, "192.0.2.1")
	})
}

// What strangers send at once is answered one by one, in order, and refused at once if that would
// take too long.
func TestStrangersArePaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttle, registry := throttleOf(t, Stranger, Limit{PerSecond: 10})
		began := time.Now()
		for range Stranger.burst(10) {
			enter(t, throttle, Stranger, "192.0.2.1")()
		}
		require.Zero(t, time.Since(began))
		enter(t, throttle, Stranger, "192.0.2.1")()
		require.Equal(t, time.Second/10, time.Since(began))
		for range 25 {
			go func() { _, _ = throttle.Enter(t.Context(), Stranger, "192.0.2.1") }()
		}
		synctest.Wait()
		began = time.Now()
		exceeded := refused(t, throttle, Stranger, "192.0.2.1")
		require.Zero(t, time.Since(began))
		require.EqualError(t, exceeded, "more than 10 requests without a login a second")
		require.InDelta(t, patience, exceeded.RetryAfter, float64(time.Second/5))
		enter(t, throttle, Stranger, "192.0.2.2")()
		require.Zero(t, time.Since(began))
		require.Len(t, counted(t, registry), 1)
	})
}

// Idle persons take no memory; one with an open stream is remembered.
func TestIdlePersonsAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttle, _ := throttleOf(t, Stream, Limit{AtOnce: 1, PerSecond: 1})
		enter(t, throttle, Stream, "ada")
		for i := range 1000 {
			enter(t, throttle, Stream, fmt.Sprint(i))()
		}
		require.Len(t, throttle.accounts, 1001)
		pass(idleAfter)
		refused(t, throttle, Stream, "ada")
		require.Len(t, throttle.accounts, 1)
	})
}

// However many come at once, memory is bounded: the newcomers share one account.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	throttle, _ := throttleOf(t, Login, Limit{AtOnce: 1, PerSecond: 1000})
	for i := range maxAccounts + 1000 {
		enter(t, throttle, Login, fmt.Sprint(i))()
	}
	require.LessOrEqual(t, len(throttle.accounts), maxAccounts+1)
}

// Under concurrent load, no more are in progress than allowed, and in the end none are.
func TestCountsUnderLoad(t *testing.T) {
	t.Parallel()
	throttle, _ := throttleOf(t, Read, Limit{AtOnce: 3})
	var (
		group       sync.WaitGroup
		mu          sync.Mutex
		under, most int
	)
	change := func(by int) {
		mu.Lock()
		defer mu.Unlock()
		under += by
		most = max(most, under)
	}
	for range 12 {
		group.Go(func() {
			for range 200 {
				leave, err := throttle.Enter(t.Context(), Read, "ada")
				if err != nil {
					t.Error(err)
					return
				}
				change(1)
				change(-1)
				leave()
			}
		})
	}
	group.Wait()
	require.LessOrEqual(t, most, 3)
	require.Zero(t, throttle.accounts[key{Read, "ada"}].inside)
}

// A kind without a limit, and a nil throttle, admit everything.
func TestWithoutLimits(t *testing.T) {
	t.Parallel()
	throttle, _ := throttleOf(t, Read, Limit{AtOnce: 1})
	for range 1000 {
		enter(t, throttle, Write, "ada")
		enter(t, nil, Read, "ada")
	}
}

// A limit parses its own text form, and refuses nonsense.
func TestLimitText(t *testing.T) {
	t.Parallel()
	for _, limit := range Defaults() {
		text, err := limit.MarshalText()
		require.NoError(t, err)
		var read Limit
		require.NoError(t, read.UnmarshalText(text))
		require.Equal(t, limit, read)
	}
	for _, text := range []string{"", "4", "/", "4/", "x/1", "-1/5", "1/-5", "1/2/3", "99999999999999999999/1"} {
		require.Error(t, new(Limit).UnmarshalText([]byte(text)), text)
	}
}
