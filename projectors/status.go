package projectors

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// State is what a projection is doing.
type State string

// The states of a projection.
const (
	Starting   State = "starting"
	Running    State = "running"
	Retrying   State = "retrying"   // the view can't be written at the moment
	Waiting    State = "waiting"    // the stream can't be reached at the moment
	Rebuilding State = "rebuilding" // runs while its view is being rebuilt
	Stopped    State = "stopped"    // at an event of a version that this build doesn't know
	Absent     State = "absent"     // no process runs it
)

// Status is one projection's status.
type Status struct {
	Name       string  `json:"name"`
	State      State   `json:"state"`
	Reason     string  `json:"reason,omitempty"` // for states other than running
	Position   uint64  `json:"position"`         // everything up to this stream sequence is done
	StreamEnd  uint64  `json:"stream_end"`       // sequence of the stream's last event, for any projection
	LagEvents  uint64  `json:"lag_events"`       // this projection's outstanding events
	LagSeconds float64 `json:"lag_seconds"`      // age of the oldest outstanding event
	Parked     int     `json:"parked"`
	Skipped    uint64  `json:"skipped"` // events of unknown types, since this process started
}

// status asks the server for the position, so that it includes other processes' work.
func (w *worker) status(ctx context.Context) (Status, error) {
	// Read the state first: if it is running, its consumer is the one measured below, not an
	// earlier one.
	state, reason := w.where()
	s, err := measure(ctx, w.deps.Conn, w.spec)
	s.State, s.Reason = state, reason
	s.Skipped = w.numbers.skipped.Load()
	return s, err
}

// measure measures a projection, whoever runs it, but leaves its state unset.
func measure(ctx context.Context, conn *jetstream.Conn, spec Spec) (Status, error) {
	s := Status{Name: spec.Name}
	info, found := conn.ConsumerInfo(ctx, events.Stream, durable(spec.Name))
	if found != nil && !errors.Is(found, jetstream.ErrNotFound) {
		return s, fmt.Errorf("status of %s: %w", spec.Name, found)
	}
	state, err := conn.State(ctx, events.Stream)
	lost := errors.Is(err, jetstream.ErrNotFound) // until the relay recreates it, there is nothing to lag behind
	if err != nil && !lost {
		return s, fmt.Errorf("status of %s: %w", spec.Name, err)
	}
	if found != nil {
		// Without a consumer nothing is done: at most all the stream's events are outstanding.
		info.Pending = state.Messages
	}
	s.Position, s.StreamEnd = info.AckFloor, state.LastSeq
	if !lost {
		if s.LagEvents, s.LagSeconds, err = lag(ctx, conn, spec, info, state); err != nil {
			return s, fmt.Errorf("status of %s: %w", spec.Name, err)
		}
	}
	parked, err := (&parking{conn: conn}).list(ctx, spec.Name)
	if err != nil {
		return s, fmt.Errorf("status of %s: %w", spec.Name, err)
	}
	s.Parked = len(parked)
	return s, nil
}

// lag returns the number of outstanding events and the age of the oldest in seconds. A consumer
// learns of an event a moment after the stream, so if it reports no lag, compare it with the
// stream. The age uses only the clock of the server that stored the event: ours may be hours off.
func lag(ctx context.Context, conn *jetstream.Conn, spec Spec, info jetstream.ConsumerInfo, stream jetstream.StreamState,
) (uint64, float64, error) {
	undone := info.Lag()
	if undone == 0 && info.AckFloor >= stream.LastSeq {
		return 0, 0, nil
	}
	now := stream.Now
	if now.IsZero() {
		now = time.Now() // an old server that doesn't send its time
	}
	oldest := now
	for _, filter := range spec.Filters {
		msg, found, err := conn.Next(ctx, events.Stream, filter, info.AckFloor+1)
		if err != nil {
			return 0, 0, err
		}
		if !found {
			continue
		}
		undone = max(undone, 1)
		if msg.Time.Before(oldest) {
			oldest = msg.Time
		}
	}
	if undone == 0 {
		return 0, 0, nil
	}
	return undone, math.Max(0, now.Sub(oldest).Seconds()), nil
}
