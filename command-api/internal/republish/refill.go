package republish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// lookEvery is how often the stream is looked at though nothing tells that it is another one: where nobody writes, nothing
// fails.
const lookEvery = 10 * time.Second

// Filled tells whether a stream has had all that the ledger had published when it was made.
func Filled(state jetstream.StreamState) bool { return !state.Has(events.UnfilledNote) }

// FillStream is a stream that can be filled; *jetstream.Conn is one.
type FillStream interface {
	Stream
	PublishBatch(ctx context.Context, stream string, msgs []jetstream.Message) ([]uint64, error)
	State(ctx context.Context, stream string) (jetstream.StreamState, error)
	RemoveNote(ctx context.Context, stream string, created time.Time, note string) error
	Reconnected() <-chan struct{}
}

// Refill fills the stream by itself where it is another one than before: it was deleted, or NATS came back empty. It is for
// the relay that leads, and for one goroutine.
type Refill struct {
	Store  *recipestore.Store
	Stream FillStream
	Make   func(ctx context.Context) error // makes the stream where it is gone, with the note that it is unfilled
	Begun  func(filling bool)              // is told that it begins and that it ends; nil for nobody
	Log    *slog.Logger

	doubt  atomic.Bool
	looked time.Time       // zero before the first time
	again  <-chan struct{} // the connection by which it was looked at was made again
}

// Doubt has the stream looked at again before anything else is published on it.
func (r *Refill) Doubt() { r.doubt.Store(true) }

// Fill makes the stream where it is gone, and fills it where it is new. An error means that it has to be tried again: what is
// published before would keep older events of the same recipes out.
func (r *Refill) Fill(ctx context.Context) error {
	if !r.due() {
		return nil
	}
	first := r.looked.IsZero()
	r.looked = time.Time{}
	r.doubt.Store(false)
	again := r.Stream.Reconnected()
	if err := r.fill(ctx, first); err != nil {
		if !errors.Is(err, jetstream.ErrPermission) {
			return err
		}
		// Credentials of an earlier version. What is new mustn't wait for others.
		r.Log.ErrorContext(ctx, "the stream can't be filled with these credentials, and events go on: sign new ones by "+
			"larder nats-accounts, or run larder events republish", "error", err)
	}
	r.looked, r.again = time.Now(), again
	return nil
}

// due tells whether the stream may be another one than that which was looked at.
func (r *Refill) due() bool {
	if r.doubt.Load() || time.Since(r.looked) >= lookEvery {
		return true
	}
	select {
	case <-r.again:
		return true
	default:
		return false
	}
}

// fill also brings the stream to this version's settings, the first time.
func (r *Refill) fill(ctx context.Context, first bool) error {
	state, err := r.Stream.State(ctx, events.Stream)
	if first && err == nil || errors.Is(err, jetstream.ErrNotFound) {
		if err = r.Make(ctx); err == nil {
			state, err = r.Stream.State(ctx, events.Stream)
		}
	}
	if err != nil {
		return fmt.Errorf("look whether the stream was filled: %w", err)
	}
	if Filled(state) {
		return nil
	}
	if r.Begun != nil {
		r.Begun(true)
		defer r.Begun(false)
	}
	progress, err := r.everything(ctx)
	if err != nil {
		return fmt.Errorf("fill the stream from the ledger: %w", err)
	}
	if progress.Looked > 0 {
		r.Log.InfoContext(ctx, "the stream has what the ledger has", "published", progress.Published, "events", progress.Looked)
	}
	return r.Stream.RemoveNote(ctx, events.Stream, state.Created, events.UnfilledNote)
}

// everything publishes what the ledger has and the stream lacks: where it was interrupted, the rest.
func (r *Refill) everything(ctx context.Context) (Progress, error) {
	total, err := r.Store.CountPublished(ctx, "")
	if err != nil {
		return Progress{}, err
	}
	batches := &batches{store: r.Store, stream: r.Stream}
	all := &republisher{
		store: r.Store, stream: r.Stream, options: Options{Progress: r.tell(ctx)}, progress: Progress{Total: total}, batches: batches,
	}
	if err := all.everybody(ctx); err != nil {
		return all.progress, err
	}
	return all.progress, batches.flush(ctx)
}

// tell says once that there is something to do, and nothing where all is new.
func (r *Refill) tell(ctx context.Context) func(Progress) {
	var once sync.Once
	return func(p Progress) {
		once.Do(func() {
			r.Log.WarnContext(ctx, "the stream is new: filling it from the ledger, before anything else is published", "events", p.Total)
		})
	}
}
