// Package republish publishes to a stream what the ledger has and the stream lacks, after all or
// part of the stream was lost.
package republish

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// page is how many rows of the ledger are held in memory at once.
const page = 200

// Stream is the stream to fill; *jetstream.Conn implements it.
type Stream interface {
	Publish(ctx context.Context, msg jetstream.Message, expectLast *uint64) (sequence uint64, duplicate bool, err error)
	Last(ctx context.Context, stream, subject string) (jetstream.Message, bool, error)
}

// Options select what to republish and who receives progress.
type Options struct {
	User     string         // an account's id; "" for all
	DryRun   bool           // find what is missing, publish nothing
	Progress func(Progress) // may be nil
}

// Progress reports how far a republish has come.
type Progress struct {
	Looked    int64 `json:"looked"`    // ledger rows examined
	Total     int64 `json:"total"`     // rows to examine, as counted at the start
	Published int64 `json:"published"` // events the stream lacked
}

// Republish publishes, for each subject, the events newer than the stream's last message, in order.
// Older events stay out even if the stream has a gap: the last message of a subject is its state,
// and a rebuild would take an old one for it. Unpublished events are left to the relay.
//
// It may run beside the relay and other republishers, and again after an interruption: each message
// is stored only behind the one it was compared with.
//
// An event with a newer one behind it is marked as superseded. Otherwise a view that lacks the
// recipe, such as a cache whose entry expired, would show the old version to someone who has seen
// the new one.
func Republish(ctx context.Context, store *recipestore.Store, stream Stream, options Options) (Progress, error) {
	total, err := store.CountPublished(ctx, options.User)
	if err != nil {
		return Progress{}, err
	}
	r := &republisher{store: store, stream: stream, options: options, progress: Progress{Total: total}}
	if options.User != "" {
		err = r.user(ctx, options.User)
	} else {
		err = r.everybody(ctx)
	}
	return r.progress, err
}

type republisher struct {
	store    *recipestore.Store
	stream   Stream
	options  Options
	progress Progress
	batches  *batches // nil to publish events one by one, each behind the message it was compared with
}

// state is the stream's last message on a subject.
type state struct {
	found    bool
	sequence uint64 // 0 if there is none or it is unknown
	version  int64
}

func (r *republisher) everybody(ctx context.Context) error {
	for user := ""; ; {
		var err error
		if user, err = r.store.NextOwner(ctx, user); err != nil || user == "" {
			return err
		}
		if err := r.user(ctx, user); err != nil {
			return err
		}
	}
}

// user holds only one user's subjects in memory.
func (r *republisher) user(ctx context.Context, user string) error {
	subjects := make(map[string]state)
	for after := int64(0); ; {
		entries, err := r.store.Published(ctx, user, after, page)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, entry := range entries {
			if err := r.entry(ctx, subjects, entry); err != nil {
				return fmt.Errorf("publish event %d of user %s again: %w", entry.ID, user, err)
			}
		}
		after = entries[len(entries)-1].Event.Change
		r.progress.Looked += int64(len(entries))
		if r.options.Progress != nil {
			r.options.Progress(r.progress)
		}
	}
}

func (r *republisher) entry(ctx context.Context, subjects map[string]state, entry recipestore.Entry) error {
	last, known := subjects[entry.Event.Subject]
	if !known {
		var err error
		if last, err = r.last(ctx, entry.Event.Subject); err != nil {
			return err
		}
		subjects[entry.Event.Subject] = last
	}
	if last.found && entry.Event.Version <= last.version {
		return nil
	}
	r.progress.Published++
	if r.options.DryRun {
		return nil
	}
	if r.batches != nil {
		subjects[entry.Event.Subject] = state{found: true, version: entry.Event.Version}
		return r.batches.add(ctx, entry)
	}
	sequence, err := r.publish(ctx, entry.Event, last.sequence)
	if errors.Is(err, jetstream.ErrConflict) {
		// Someone else published on the subject. Look at it again at its next event.
		r.progress.Published--
		delete(subjects, entry.Event.Subject)
		return nil
	}
	if err != nil {
		return err
	}
	subjects[entry.Event.Subject] = state{found: true, sequence: sequence, version: entry.Event.Version}
	return r.store.MarkPublished(ctx, []int64{entry.ID}, []uint64{sequence})
}

func (r *republisher) last(ctx context.Context, subject string) (state, error) {
	msg, found, err := r.stream.Last(ctx, events.Stream, subject)
	if err != nil || !found {
		return state{}, err
	}
	e, err := events.Parse(msg.Subject, msg.Header, msg.Data)
	if err != nil {
		// It is unreadable, so it is no state: whatever the ledger has is newer.
		return state{found: true, sequence: msg.Sequence, version: -1}, nil //nolint:nilerr // said above
	}
	return state{found: true, sequence: msg.Sequence, version: e.Version}, nil
}

// publish stores one event behind the message it was compared with. A replaced primary must not
// publish what it alone has: the new primary gives the same versions to other changes.
func (r *republisher) publish(ctx context.Context, e events.Envelope, expectLast uint64) (uint64, error) {
	if err := r.store.MayWrite(); err != nil {
		return 0, err
	}
	sequence, _, err := r.stream.Publish(ctx, repeated(e), &expectLast)
	return sequence, err
}

// repeated uses a new deduplication id: the stream may remember the old one of an event it has
// lost.
func repeated(e events.Envelope) jetstream.Message {
	header := e.Headers()
	header[events.HeaderMsgID] = []string{e.ID + "." + uuid.NewString()}
	return jetstream.Message{Subject: e.Subject, Header: header, Data: e.Data}
}
