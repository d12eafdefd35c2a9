// Package projectors keeps views of the event stream up to date: the search index, the cache, the replica
// and the grocery feed. A Projection writes one view; the Runner brings it the events.
//
// What the runner promises a projection, and what it asks of it:
//
//   - Each event comes at least once. After a crash, a lost acknowledgement or a slow write it comes again,
//     also after younger ones, so Apply must bear that: a view takes an event only if it is newer than what
//     it has.
//   - Events of one user come in order within one process, in batches, one batch at a time. Events of
//     different users come at the same time on different lanes. Two processes may share a projection; then
//     order holds within each, which is one more reason for the first rule.
//   - An event is acknowledged after Apply returned nil for it. A passing failure is tried again in place,
//     for ever, with growing delay; an event that can never be applied is parked, and the rest goes on.
package projectors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// ErrNotLaidOut wraps the failure of a view whose tables aren't there yet: who lays them is still at it. It is waited for.
var ErrNotLaidOut = errors.New("the view isn't laid out yet")

// ErrImpossible marks an event that can never be applied, however often it is tried: the runner parks it.
// Every other error of Apply counts as passing, but for those of reading an event (package events).
var ErrImpossible = errors.New("event can't be applied")

// Event is an event with its place in the stream.
type Event struct {
	events.Envelope
	Sequence uint64    // from 1
	Stored   time.Time // when the stream stored it
	Repeated bool      // published once more by a tool, and not by the relay
}

// Spec says which events a projection takes, and how.
type Spec struct {
	Name    string   // a lower-case word: the name in status and rebuild, and of the durable consumer
	Filters []string // subjects of the stream LARDER, not overlapping
	Lanes   int      // how many batches are applied at the same time; 0 for 4
	Batch   int      // most events of one batch; 0 for 256

	// Every is the least time from one batch of a lane to the next, unless the next one is full; 0 for none.
	// What a batch costs by itself (a transaction, a segment of the index, an fsync) is then paid so often
	// at most, however many events come, and the writes on the same machine get the time. An event after a
	// rest is still applied at once; under load the view is behind by so much more.
	Every time.Duration

	// Current is a view of what is true now: an event that was published again, with a newer one of its subject behind it,
	// is passed over.
	Current bool

	// Unfillable is a view that isn't filled again where it is lost: what it held was for once. It is made again, empty.
	Unfillable bool

	// RebuildWriters is how many batches of a rebuild are applied at the same time; 0 for one. More than one is for
	// a view in which one event's place doesn't depend on another's.
	RebuildWriters int
}

// Projection writes one view. Its methods may be called at the same time.
type Projection interface {
	// Spec is the same at each call.
	Spec() Spec

	// Apply writes events, oldest first for each user, durably before it returns. It must be idempotent
	// and must not be confused by an event that is older than what the view has. Besides ErrImpossible it
	// hands on the errors of package events. When it fails for a batch, nothing is said about which events
	// were written; the runner finds the bad one by applying them singly.
	Apply(ctx context.Context, batch []Event) error

	// Erase removes all that the view has of a user, tombstones too, and tells how many things it were.
	Erase(ctx context.Context, user string) (int, error)

	// Fresh tells whether the view was found empty, so that it must get everything from the beginning.
	Fresh(ctx context.Context) (bool, error)

	// Rebuild begins to build the view anew. The view goes on serving, and Apply goes on writing to it.
	Rebuild(ctx context.Context) (Target, error)
}

// Reversible is a projection that keeps the view which the last rebuild replaced.
type Reversible interface {
	Projection

	// Old begins to bring that view back. It lacks the events since the time; after its Commit the other one is kept.
	// The error is ErrNoOld where none is kept.
	Old(ctx context.Context) (Target, time.Time, error)

	// DropOld removes it, and tells whether there was one.
	DropOld(ctx context.Context) (bool, error)
}

// Renewer is a projection whose view an older build may have laid out, so that it can be neither read nor written to
// before it is built anew. The runner does that before it goes on.
type Renewer interface {
	Projection

	// Outdated tells whether the view is such a one.
	Outdated(ctx context.Context) (bool, error)
}

// ErrNoOld is a projection that keeps no view which a rebuild replaced.
var ErrNoOld = errors.New("no old view is kept")

// Target is a view that is being built anew.
type Target interface {
	// Apply is that of the projection, but writes to the new view.
	Apply(ctx context.Context, batch []Event) error

	// Commit puts the new view in the place of the old one, once. The projection's Apply is at rest
	// meanwhile, and writes to the new view afterwards.
	Commit(ctx context.Context) error

	// Abort throws the new view away. It does nothing after Commit.
	Abort(ctx context.Context) error
}

// Preparer is a target that can do in advance what Commit would have to do for what was applied so far: nothing is
// written to the view that serves while Commit works, so that has to be short.
type Preparer interface {
	Target

	Prepare(ctx context.Context) error
}

const (
	defaultLanes = 4
	defaultBatch = 256
)

func (s Spec) withDefaults() Spec {
	if s.Lanes <= 0 {
		s.Lanes = defaultLanes
	}
	if s.Batch <= 0 {
		s.Batch = defaultBatch
	}
	return s
}

func (s Spec) passesOver(event Event) bool { return s.Current && event.Superseded }

// readEvent reads an event from a message, and tells whether this build knows its type and version.
func readEvent(msg jetstream.Message) (Event, error) {
	envelope, err := events.Parse(msg.Subject, msg.Header, msg.Data)
	if err != nil {
		return Event{}, err
	}
	event := Event{Envelope: envelope, Sequence: msg.Sequence, Stored: msg.Time}
	// The relay's deduplication id is the event's. A tool gives another, since the stream may remember that one.
	id := msg.HeaderValue(events.HeaderMsgID)
	event.Repeated = id != "" && id != envelope.ID
	if err := events.Known(envelope); err != nil {
		return event, fmt.Errorf("message %d: %w", msg.Sequence, err)
	}
	return event, nil
}
