package picture

import (
	"context"
	"io"
)

// ItemTransform is for the fuzz test.
func ItemTransform(photo []byte) int { return itemTransform(photo) }

// Read reads a picture in this process, with all the memory that a large one gets.
func Read(from io.ReadSeeker, edge int) (*Picture, error) {
	return readWithin(from, edge, large().memory, 0)
}

// Ordinary and Large are the bounds of the processes: what is passed to them, and the memory in it.
func Ordinary() (args []string, memory int64) { return ordinary().args(), ordinary().memory }

// Large is as Ordinary.
func Large() (args []string, memory int64) { return large().args(), large().memory }

// Slots are those of a Drawer.
type Slots struct{ slots *slots }

// NewSlots makes them.
func NewSlots() Slots { return Slots{newSlots()} }

// Take waits for one.
func (s Slots) Take(ctx context.Context, person string, large bool) (func(), error) {
	return s.slots.take(ctx, person, large)
}

// Waiting tells how many wait, and Known of how many people something is kept.
func (s Slots) Waiting() int {
	s.slots.mu.Lock()
	defer s.slots.mu.Unlock()
	return len(s.slots.waiting)
}

// Known tells of how many people something is kept.
func (s Slots) Known() int {
	s.slots.mu.Lock()
	defer s.slots.mu.Unlock()
	return len(s.slots.people)
}
