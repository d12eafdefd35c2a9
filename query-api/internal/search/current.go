package search

import (
	"sync"
	"time"

	"larder.dev/internal/readyourwrites"
)

// maxCurrent bounds the owners that are remembered; beyond it all are asked about anew.
const maxCurrent = 10_000

// current remembers of whom the index had the last write, and when. A write since then has left a mark in the same era,
// which is there for its Lifetime; so for less than that nobody has to ask the database.
type current struct {
	mu     sync.Mutex
	owners map[string]seen
}

type seen struct {
	era string
	at  time.Time
}

func newCurrent() *current { return &current{owners: map[string]seen{}} }

// is tells whether every write that the index may lack has a mark.
func (c *current) is(owner, era string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.owners[owner]
	return era != "" && s.era == era && time.Since(s.at) < readyourwrites.Lifetime/2
}

// note says that the index has whatever the owner had written at a time.
func (c *current) note(owner, era string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.owners) >= maxCurrent {
		clear(c.owners)
	}
	c.owners[owner] = seen{era: era, at: at}
}
