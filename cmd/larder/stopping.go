package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// stopping times the steps in which a process ends, for one line of the log: whoever waited for the end can see what for.
type stopping struct {
	log *slog.Logger

	mu    sync.Mutex
	asked time.Time // when the end was asked for; zero before
	last  time.Time // when the step before was done
	steps []any
}

// watchStop begins when ctx ends.
func watchStop(ctx context.Context, log *slog.Logger) *stopping {
	s := &stopping{log: log}
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = time.Now()
		s.last = s.asked
	})
	return s
}

// did says that a step is done.
func (s *stopping) did(step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked.IsZero() {
		return // it ends by itself
	}
	now := time.Now()
	s.steps = append(s.steps, step, now.Sub(s.last).Round(time.Millisecond).String())
	s.last = now
}

// step makes a step of what closes something.
func (s *stopping) step(name string, leave func() error) func() error {
	return func() error {
		defer s.did(name)
		return leave()
	}
}

// lastStep is step, after which nothing is left to do but to tell.
func (s *stopping) lastStep(name string, leave func() error) func() error {
	return func() error {
		defer s.tell()
		return s.step(name, leave)()
	}
}

func (s *stopping) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked.IsZero() {
		s.log.Info("stopped", append([]any{"after", time.Since(s.asked).Round(time.Millisecond).String()}, s.steps...)...)
	}
}
