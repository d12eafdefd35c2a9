package redisserver

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Time passes when somebody asks, all of it and in whole ticks, and the clock wakes nobody.
func TestTimePassesWhenAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var passed []time.Duration
		clock := newClock(func(d time.Duration) { passed = append(passed, d) })
		clock.pass()
		<-time.After(tick - 1) // by the clock of synctest
		clock.pass()
		require.Empty(t, passed)
		<-time.After(1) // by the clock of synctest
		clock.pass()
		clock.pass()
		<-time.After(time.Hour) // by the clock of synctest
		clock.pass()
		require.Equal(t, []time.Duration{tick, time.Hour}, passed)
	})
}
