package search

import (
	"sync"
	"time"

	"larder.dev/internal/readyourwrites"
)

// maxCurrent limits the remembered owners; beyond it all are forgotten.
const maxCurrent = 10_000

// current remembers for which owners the index had the last write, and when. Every write since then
// left a mark in the same era, which lives for Lifetime; so within that time there is no need to
// ask the database.
type current struct {
	mu     sync.Mutex
	owners map[string]seen
}

type seen struct {
	era string
	at  time.Time
}

func newCurrent() *current { return &current{owners: map[string]seen{}} }

// is reports whether every write that the index may lack has a mark.
func (c *current) is(owner, era string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.owners[owner]
	return era != "" && s.era == era && time.Since(s.at) < readyourwrites.Lifetime/2
}

// note records that the index has all the owner's writes up to a time.
func (c *current) note(owner, era string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.owners) >= maxCurrent {
		clear(c.owners)
	}
	c.owners[owner] = seen{era: era, at: at}
}
