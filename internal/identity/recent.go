package identity

import (
	"sync"
	"time"
)

// recentMost is how many keys are remembered before the old ones are looked through.
const recentMost = 10_000

// recent remembers what was done to which key not long ago. It is a memory of this process alone:
// forgetting costs one more write and nothing else.
type recent struct {
	period time.Duration

	mu    sync.Mutex
	times map[string]time.Time
}

func newRecent(period time.Duration) *recent {
	return &recent{period: period, times: map[string]time.Time{}}
}

// isDue tells whether it is longer ago than the period, or unknown.
func (r *recent) isDue(key string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	last, known := r.times[key]
	return !known || now.Sub(last) >= r.period
}

func (r *recent) note(key string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.times) >= recentMost {
		r.forgetOld(now)
	}
	r.times[key] = now
}

func (r *recent) forgetOld(now time.Time) {
	for key, last := range r.times {
		if now.Sub(last) >= r.period {
			delete(r.times, key)
		}
	}
	if len(r.times) >= recentMost { // all of them are young: begin anew, rather than look through them each time
		clear(r.times)
	}
}
