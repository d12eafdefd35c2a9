// Package fulldisk distinguishes a server that is out of space from an unreachable one. Such a
// server passes health checks: it refuses only writes.
package fulldisk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"
)

// Err is wrapped by every error that means there is no space for a write.
var Err = errors.New("the disk is full")

// Is reports whether an error means that a server's disk or this machine's is full.
func Is(err error) bool {
	return errors.Is(err, Err) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// lasting is how long a refusal counts without a trial. A trial that finds space where the refused
// write doesn't, as on another disk of the server, would make the state flap.
const lasting = 5 * time.Second

// Mark tracks whether a server has refused a write for lack of space and none has been found since.
// A nil Mark is never full.
type Mark struct {
	mu      sync.Mutex
	cause   error // of the last refusal; nil if the server has room
	refused time.Time
}

// Note records err if it means that a write was refused for lack of space.
func (m *Mark) Note(err error) {
	if m == nil || err == nil || !Is(err) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cause, m.refused = err, time.Now()
}

// Full reports whether the server was last known to be full.
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

// Check returns a check that fails while the server is full. It asks nobody until a write is
// refused; then trial probes for space, since a component that isn't ready may get no write that
// would tell. A nil trial always finds space.
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

// clear forgets a refusal, but not one that came during the trial.
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
