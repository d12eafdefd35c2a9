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

// lookEvery is how often the stream is checked without any sign that it was replaced: with no
// writes, nothing fails.
const lookEvery = 10 * time.Second

// Filled reports whether a stream has received everything the ledger had published when the stream
// was created.
func Filled(state jetstream.StreamState) bool { return !state.Has(events.UnfilledNote) }

// FillStream is a stream that can be filled; *jetstream.Conn implements it.
type FillStream interface {
	Stream
	PublishBatch(ctx context.Context, stream string, msgs []jetstream.Message) ([]uint64, error)
	State(ctx context.Context, stream string) (jetstream.StreamState, error)
	RemoveNote(ctx context.Context, stream string, created time.Time, note string) error
	Reconnected() <-chan struct{}
}

// Refill fills the stream automatically after it was replaced: deleted, or lost when NATS came back
// empty. It is for the leading relay and a single goroutine.
type Refill struct {
	Store  *recipestore.Store
	Stream FillStream
	Make   func(ctx context.Context) error // creates the stream if missing, with the note that it is unfilled
	Begun  func(filling bool)              // is told when filling begins and ends; may be nil
	Log    *slog.Logger

	doubt  atomic.Bool
	looked time.Time       // zero before the first check
	again  <-chan struct{} // closed on reconnecting after that check
}

// Doubt makes Fill check the stream before anything else is published.
func (r *Refill) Doubt() { r.doubt.Store(true) }

// Fill creates the stream if it is missing, and fills it if it is new. On an error, call it again
// before publishing: newer events would keep out older ones of the same recipes.
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
		// The credentials are from an earlier version. Don't block new events on that.
		r.Log.ErrorContext(ctx, "the stream can't be filled with these credentials, and events go on: sign new ones by "+
			"larder nats-accounts, or run larder events republish", "error", err)
	}
	r.looked, r.again = time.Now(), again
	return nil
}

// due reports whether the stream may have been replaced since the last check.
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

// fill also applies this version's settings to the stream, the first time.
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

// everything publishes what the ledger has and the stream lacks, resuming if it was interrupted.
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

// tell logs once, and only if there is something to publish.
func (r *Refill) tell(ctx context.Context) func(Progress) {
	var once sync.Once
	return func(p Progress) {
		once.Do(func() {
			r.Log.WarnContext(ctx, "the stream is new: filling it from the ledger, before anything else is published", "events", p.Total)
		})
	}
}
