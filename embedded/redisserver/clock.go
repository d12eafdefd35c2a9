package redisserver

import (
	"sync"
	"time"
)

// tick is the precision of TTLs.
const tick = time.Second

// clock ages TTLs when a command arrives: the library doesn't age them, its own clock slows every
// command, and a ticker would wake an idle process to scan every key.
type clock struct {
	forward func(passed time.Duration)

	mu   sync.Mutex // held while aging, so that no command sees an expired key
	last time.Time
}

func newClock(forward func(passed time.Duration)) *clock {
	return &clock{forward: forward, last: wallClock()}
}

// pass catches up with the wall clock, which also runs while a laptop sleeps.
func (c *clock) pass() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := wallClock()
	passed := now.Sub(c.last)
	if passed >= 0 && passed < tick {
		return
	}
	if passed > 0 { // a clock set back pauses aging for a while
		c.forward(passed)
	}
	c.last = now
}

// wallClock is the time without its monotonic part, which stops while the machine sleeps.
func wallClock() time.Time { return time.Now().Round(0) }
