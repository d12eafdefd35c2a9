// Package fulldisk tells a server that has no room from one that is away. Such a server answers, and is asked whether it is
// there in vain: it refuses what is written alone.
package fulldisk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"
)

// Err is wrapped by every error that means: what was to be kept has no room.
var Err = errors.New("the disk is full")

// Is tells whether an error means that there is no room, on a server's disk or on this machine's.
func Is(err error) bool {
	return errors.Is(err, Err) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// lasting is how long a refusal counts without a trial. One that found room where the refused write finds none, as on another
// disk of the same server, would tell now this and now that.
const lasting = 5 * time.Second

// Mark says of one server whether it has refused a write for want of space, and none was found since. A nil Mark is of a
// server that is never full.
type Mark struct {
	mu      sync.Mutex
	cause   error // of the last refusal; nil where the server has room
	refused time.Time
}

// Note keeps that a write was refused, where the error says so for want of space.
func (m *Mark) Note(err error) {
	if m == nil || err == nil || !Is(err) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cause, m.refused = err, time.Now()
}

// Full tells whether the last that is known is that the server has no room.
func (m *Mark) Full() bool {
	_, cause := m.last()
	return cause != nil
}

func (m *Mark) last() (refused time.Time, cause error) {
	if m == nil {
		return time.Time{}, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refused, m.cause
}

// Check gives an error while the server is full. It asks nobody as long as no write was refused; then trial tries whether there
// is room again, since a component that isn't ready may be sent no write that would tell. A nil trial finds room.
func (m *Mark) Check(trial func(ctx context.Context) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		refused, cause := m.last()
		if cause == nil {
			return nil
		}
		if time.Since(refused) < lasting {
			return full(cause)
		}
		if trial != nil {
			if err := trial(ctx); err != nil {
				return full(err)
			}
		}
		m.clear(refused)
		return nil
	}
}

// clear forgets a refusal, and not one that came while it was tried.
func (m *Mark) clear(refused time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refused.Equal(refused) {
		m.cause = nil
	}
}

func full(cause error) error {
	if errors.Is(cause, Err) {
		return cause
	}
	return fmt.Errorf("%w: %w", Err, cause)
}
