// Package projectors keeps views of the event stream up to date: the search index, the cache, the
// replica and the grocery feed. A Projection writes one view; the Runner brings it the events.
//
// The runner guarantees, and requires:
//
//   - Each event is delivered at least once. After a crash, a lost acknowledgement or a slow write it is
//     redelivered, even after newer ones, so Apply must accept an event only if it is newer than what the
//     view has.
//   - Events of one user are delivered in order within a process, in batches, one batch at a time. Events
//     of different users are delivered concurrently on different lanes. If two processes share a
//     projection, order only holds within each, which is another reason for the first rule.
//   - An event is acknowledged after Apply returned nil for it. Temporary failures are retried in place,
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

// ErrNotLaidOut wraps an error of a view whose tables are still being created. The runner waits for
// them.
var ErrNotLaidOut = errors.New("the view isn't laid out yet")

// ErrImpossible marks an event that can never be applied: the runner parks it. All other errors of
// Apply are temporary, except those of decoding an event (package events).
var ErrImpossible = errors.New("event can't be applied")

// Event is an event with its position in the stream.
type Event struct {
	events.Envelope
	Sequence uint64    // from 1
	Stored   time.Time // when the stream stored it
	Repeated bool      // republished by a tool rather than published by the relay
}

// Spec says which events a projection takes, and how.
type Spec struct {
	Name    string   // a lower-case word: the name in status, rebuild and the durable consumer
	Filters []string // of the stream LARDER, not overlapping
	Lanes   int      // batches applied concurrently; 0 means 4
	Batch   int      // maximum events per batch; 0 means 256

	// Every is the minimum time between a lane's batches, unless the next one is full; 0 for none.
	// It limits how often a batch's fixed cost (a transaction, an index segment, an fsync) is paid,
	// which leaves more time for other writes on the machine. An event after a pause is still
	// applied at once; under load the view lags by that much more.
	Every time.Duration

	// Current marks a view of the present state: republished events that have a newer one behind
	// them are skipped.
	Current bool

	// Unfillable marks a view whose content was sent only once. If it is lost, it is recreated
	// empty.
	Unfillable bool

	// RebuildWriters is how many batches a rebuild applies concurrently; 0 means one. Use more only
	// if the order of events doesn't matter to the view.
	RebuildWriters int
}

// Projection writes one view. Its methods may be called concurrently.
type Projection interface {
	// Spec returns the same value at each call.
	Spec() Spec

	// Apply writes events durably, oldest first for each user. It must be idempotent, and must
	// ignore events older than what the view has. Besides ErrImpossible it returns the errors of
	// package events. After an error it is unknown which events were written; the runner finds the
	// bad one by applying them singly.
	Apply(ctx context.Context, batch []Event) error

	// Erase removes everything the view has of a user, including tombstones, and returns the number
	// of things.
	Erase(ctx context.Context, user string) (int, error)

	// Fresh reports whether the view was found empty and must get everything from the beginning.
	Fresh(ctx context.Context) (bool, error)

	// Rebuild starts rebuilding the view. Meanwhile the view keeps serving, and Apply keeps writing
	// to it.
	Rebuild(ctx context.Context) (Target, error)
}

// Reversible is a projection that keeps the view that its last rebuild replaced.
type Reversible interface {
	Projection

	// Old starts restoring that view. It lacks the events since the returned time; its Commit keeps
	// the other view. It returns ErrNoOld if none is kept.
	Old(ctx context.Context) (Target, time.Time, error)

	// DropOld removes it and reports whether there was one.
	DropOld(ctx context.Context) (bool, error)
}

// Renewer is a projection whose view may have an older build's layout, which this build can neither
// read nor write. The runner rebuilds such a view before it continues.
type Renewer interface {
	Projection

	// Outdated reports whether the view has an older layout.
	Outdated(ctx context.Context) (bool, error)
}

// ErrNoOld means a projection keeps no replaced view.
var ErrNoOld = errors.New("no old view is kept")

// Target is a view being rebuilt.
type Target interface {
	// Apply is like the projection's, but writes to the new view.
	Apply(ctx context.Context, batch []Event) error

	// Commit replaces the old view with the new one, once. The projection's Apply pauses meanwhile,
	// and then writes to the new view.
	Commit(ctx context.Context) error

	// Abort discards the new view. After Commit it does nothing.
	Abort(ctx context.Context) error
}

// Preparer is a target that can do part of Commit's work in advance: writes pause during Commit, so
// it must be short.
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

// readEvent decodes a message's event and checks that this build knows its type and version.
func readEvent(msg jetstream.Message) (Event, error) {
	envelope, err := events.Parse(msg.Subject, msg.Header, msg.Data)
	if err != nil {
		return Event{}, err
	}
	event := Event{Envelope: envelope, Sequence: msg.Sequence, Stored: msg.Time}
	// The relay's deduplication id is the event's. Tools use a different one, because the stream
	// may remember that one.
	id := msg.HeaderValue(events.HeaderMsgID)
	event.Repeated = id != "" && id != envelope.ID
	if err := events.Known(envelope); err != nil {
		return event, fmt.Errorf("message %d: %w", msg.Sequence, err)
	}
	return event, nil
}
