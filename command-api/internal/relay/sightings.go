package relay

import (
	"time"

	"larder.dev/command-api/internal/recipestore"
)

// sightings measure how long events have waited by this process's clock alone. The clock that
// stamped an event may be hours off, and would report or hide hours of delay.
type sightings []sighting

// sighting is the last waiting event at a point in time.
type sighting struct {
	last int64
	at   time.Time
}

// age returns how long the first event of a backlog is known to have waited.
func (s *sightings) age(b recipestore.Backlog, now time.Time) time.Duration {
	if n := len(*s); b.Last > 0 && (n == 0 || (*s)[n-1].last < b.Last) {
		*s = append(*s, sighting{b.Last, now})
	}
	for len(*s) > 0 && ((*s)[0].last < b.First || b.First == 0) {
		*s = (*s)[1:]
	}
	if len(*s) == 0 {
		*s = nil // release the memory of a past outage
		return 0
	}
	return now.Sub((*s)[0].at)
}
