package identity

import (
	"sync"
	"time"
)

// recentMost is how many keys are remembered before old ones are pruned.
const recentMost = 10_000

// recent remembers when each key was last handled. It is local to this process: forgetting only
// costs one more write.
type recent struct {
	period time.Duration

	mu    sync.Mutex
	times map[string]time.Time
}

func newRecent(period time.Duration) *recent {
	return &recent{period: period, times: map[string]time.Time{}}
}

// isDue reports whether that was longer ago than the period, or is unknown.
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
	if len(r.times) >= recentMost { // all are recent: start over rather than scan them each time
		clear(r.times)
	}
}
