package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// stopping times a process's shutdown steps for one log line, which explains what took the time.
type stopping struct {
	log *slog.Logger

	mu    sync.Mutex
	asked time.Time // when the stop was requested; zero before
	last  time.Time // when the previous step ended
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

// did records that a step is done.
func (s *stopping) did(step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked.IsZero() {
		return // it ended by itself
	}
	now := time.Now()
	s.steps = append(s.steps, step, now.Sub(s.last).Round(time.Millisecond).String())
	s.last = now
}

// step times a closing function as a step.
func (s *stopping) step(name string, leave func() error) func() error {
	return func() error {
		defer s.did(name)
		return leave()
	}
}

// lastStep is step for the last one, after which the times are logged.
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
