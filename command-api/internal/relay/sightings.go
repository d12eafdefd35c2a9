package relay

import (
	"time"

	"larder.dev/command-api/internal/recipestore"
)

// sightings tell how long events have waited by the clock of this process alone. The clock of whoever made an event may be
// hours off, and would tell of hours, or hide them.
type sightings []sighting

// sighting is the last event that waited at a time.
type sighting struct {
	last int64
	at   time.Time
}

// age is how long the first event of a backlog is known to wait.
func (s *sightings) age(b recipestore.Backlog, now time.Time) time.Duration {
	if n := len(*s); b.Last > 0 && (n == 0 || (*s)[n-1].last < b.Last) {
		*s = append(*s, sighting{b.Last, now})
	}
	for len(*s) > 0 && ((*s)[0].last < b.First || b.First == 0) {
		*s = (*s)[1:]
	}
	if len(*s) == 0 {
		*s = nil // the memory of an outage that is over
		return 0
	}
	return now.Sub((*s)[0].at)
}
