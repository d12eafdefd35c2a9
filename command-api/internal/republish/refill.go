package republish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"larder.dev/command-api/internal/postgres"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// filledKey is the note in the metadata of a stream that has what the ledger had published when the note was made. Whoever
// deletes the stream, and whatever loses it, takes the note away with it.
const filledKey = "larder-filled"

// Filled tells whether a stream has that note.
func Filled(state jetstream.StreamState) bool { return state.Metadata[filledKey] != "" }

// FillStream is a stream that can be filled; *jetstream.Conn is one.
type FillStream interface {
	Stream
	State(ctx context.Context, stream string) (jetstream.StreamState, error)
	Annotate(ctx context.Context, stream, key, value string) error
	Reconnected() <-chan struct{}
}

// Refill fills the stream by itself where it is another one than that which was filled: it was deleted, or NATS came back
// empty. It is for the relay that leads, and for one goroutine.
type Refill struct {
	Store  *postgres.Store
	Stream FillStream
	Make   func(ctx context.Context) error // makes the stream where it is gone
	Begun  func(filling bool)              // is told that it begins and that it ends; nil for nobody
	Log    *slog.Logger

	doubt       atomic.Bool // whether this is the stream that was looked at
	looked      bool
	reconnected <-chan struct{} // closed once the connection by which it was looked at is another one
}

// Doubt has the stream looked at again before anything else is published on it.
func (r *Refill) Doubt() { r.doubt.Store(true) }

// Fill looks whether the stream was filled, where that isn't certain, and fills it. An error means that it has to be tried
// again: what is published before would keep older events of the same recipes out.
func (r *Refill) Fill(ctx context.Context) error {
	reconnected := r.Stream.Reconnected()
	if doubted := r.doubt.Swap(false); r.looked && !doubted && !isClosed(r.reconnected) {
		return nil
	}
	r.looked = false
	if err := r.fill(ctx); err != nil {
		if !errors.Is(err, jetstream.ErrPermission) {
			return err
		}
		// Credentials of an earlier version. What is new mustn't wait for others.
		r.Log.ErrorContext(ctx, "the stream can't be filled with these credentials, and events go on: sign new ones by "+
			"larder nats-accounts, or run larder events republish", "error", err)
	}
	r.looked, r.reconnected = true, reconnected
	return nil
}

func isClosed(channel <-chan struct{}) bool {
	select {
	case <-channel:
		return true
	default:
		return false
	}
}

func (r *Refill) fill(ctx context.Context) error {
	state, err := r.Stream.State(ctx, events.Stream)
	if errors.Is(err, jetstream.ErrNotFound) {
		err = r.Make(ctx)
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
	progress, err := Republish(ctx, r.Store, r.Stream, Options{Progress: r.tell(ctx)})
	if err != nil {
		return fmt.Errorf("fill the stream from the ledger: %w", err)
	}
	if progress.Looked > 0 {
		r.Log.InfoContext(ctx, "the stream has what the ledger has", "published", progress.Published, "events", progress.Looked)
	}
	return r.Stream.Annotate(ctx, events.Stream, filledKey, "yes")
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
