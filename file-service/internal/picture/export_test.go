package picture

import (
	"context"
	"io"
)

// ItemTransform is for the fuzz test.
func ItemTransform(photo []byte) int { return itemTransform(photo) }

// Read reads a picture in this process, with the memory limit of a large one.
func Read(from io.ReadSeeker, edge int) (*Picture, error) {
	return readWithin(from, edge, large().memory, 0)
}

// Ordinary returns the arguments for an ordinary process and their memory limit.
func Ordinary() (args []string, memory int64) { return ordinary().args(), ordinary().memory }

// Large does the same for a large process.
func Large() (args []string, memory int64) { return large().args(), large().memory }

// Slots are a Drawer's slots.
type Slots struct{ slots *slots }

// NewSlots returns new slots.
func NewSlots() Slots { return Slots{newSlots()} }

// Take waits for a slot.
func (s Slots) Take(ctx context.Context, person string, large bool) (func(), error) {
	return s.slots.take(ctx, person, large)
}

// Waiting returns how many are waiting.
func (s Slots) Waiting() int {
	s.slots.mu.Lock()
	defer s.slots.mu.Unlock()
	return len(s.slots.waiting)
}

// Known returns how many people are remembered.
func (s Slots) Known() int {
	s.slots.mu.Lock()
	defer s.slots.mu.Unlock()
	return len(s.slots.people)
}
