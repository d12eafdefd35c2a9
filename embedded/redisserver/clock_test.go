package redisserver

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TTLs age only on demand, fully and in whole ticks, and the clock causes no wakeups.
func TestTimePassesWhenAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var passed []time.Duration
		clock := newClock(func(d time.Duration) { passed = append(passed, d) })
		clock.pass()
		<-time.After(tick - 1) // synctest's clock
		clock.pass()
		require.Empty(t, passed)
		<-time.After(1) // synctest's clock
		clock.pass()
		clock.pass()
		<-time.After(time.Hour) // synctest's clock
		clock.pass()
		require.Equal(t, []time.Duration{tick, time.Hour}, passed)
	})
}
