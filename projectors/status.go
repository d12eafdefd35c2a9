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
	Rebuilding State = "rebuilding" // runs, and builds the view anew beside it
	Stopped    State = "stopped"    // met an event of a version that this build doesn't know
	Absent     State = "absent"     // no process runs it
)

// Status is how far one projection is.
type Status struct {
	Name       string  `json:"name"`
	State      State   `json:"state"`
	Reason     string  `json:"reason,omitempty"` // of a state other than running
	Position   uint64  `json:"position"`         // every event up to this stream sequence is done
	StreamEnd  uint64  `json:"stream_end"`       // sequence of the stream's last event, of whatever projection
	LagEvents  uint64  `json:"lag_events"`       // events of this projection that are not done
	LagSeconds float64 `json:"lag_seconds"`      // age of the oldest of them
	Parked     int     `json:"parked"`
	Skipped    uint64  `json:"skipped"` // events of unknown types, since this process started
}

// status asks the server how far the projection is, so that it also tells what other processes did.
func (w *worker) status(ctx context.Context) (Status, error) {
	// The state is read first: one that runs has the consumer that is measured then, and not the one before it.
	state, reason := w.where()
	s, err := measure(ctx, w.deps.Conn, w.spec)
	s.State, s.Reason = state, reason
	s.Skipped = w.numbers.skipped.Load()
	return s, err
}

// measure tells how far a projection is, whoever runs it; its state is for others to tell.
func measure(ctx context.Context, conn *jetstream.Conn, spec Spec) (Status, error) {
	s := Status{Name: spec.Name}
	info, found := conn.ConsumerInfo(ctx, events.Stream, durable(spec.Name))
	if found != nil && !errors.Is(found, jetstream.ErrNotFound) {
		return s, fmt.Errorf("status of %s: %w", spec.Name, found)
	}
	state, err := conn.State(ctx, events.Stream)
	lost := errors.Is(err, jetstream.ErrNotFound) // until the relay has made it anew, there is nothing to be behind of
	if err != nil && !lost {
		return s, fmt.Errorf("status of %s: %w", spec.Name, err)
	}
	if found != nil {
		// No consumer, so nothing is done: at most all events of the stream are to do.
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

// lag is how many events are not done, and the age of the oldest of them in seconds. A consumer hears of an
// event a moment after the stream has it, so one that says that all is done is compared with the stream. The age is by the
// server's clock alone, which stored the event: ours may be hours off.
func lag(ctx context.Context, conn *jetstream.Conn, spec Spec, info jetstream.ConsumerInfo, stream jetstream.StreamState,
) (uint64, float64, error) {
	undone := info.Lag()
	if undone == 0 && info.AckFloor >= stream.LastSeq {
		return 0, 0, nil
	}
	now := stream.Now
	if now.IsZero() {
		now = time.Now() // a server that doesn't say
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
