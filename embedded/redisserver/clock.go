package redisserver

import (
	"sync"
	"time"
)

// tick is how exact times to live are.
const tick = time.Second

// clock makes times to live pass, when a command asks: the library doesn't do so by itself, its own clock makes every
// command slow, and a ticker would wake a process that has nothing to do, to look at every key.
type clock struct {
	forward func(passed time.Duration)

	mu   sync.Mutex // held while time passes, so that no command sees a key that should be gone
	last time.Time
}

func newClock(forward func(passed time.Duration)) *clock {
	return &clock{forward: forward, last: wallClock()}
}

// pass catches up with the clock on the wall, which also runs while a laptop sleeps.
func (c *clock) pass() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := wallClock()
	passed := now.Sub(c.last)
	if passed >= 0 && passed < tick {
		return
	}
	if passed > 0 { // a clock that was set back stops the ageing for a while
		c.forward(passed)
	}
	c.last = now
}

// wallClock is the time without its monotonic part, which stands still while the machine sleeps.
func wallClock() time.Time { return time.Now().Round(0) }
