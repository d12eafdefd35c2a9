package commandapi

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/command-api/internal/relay"
	"larder.dev/command-api/internal/republish"
	"larder.dev/command-api/internal/retention"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/telemetry"
)

// RelayDeps are a relay's dependencies. The relay closes none of them.
type RelayDeps struct {
	Pool        *recipestore.Pool // the primary database
	PostgresURL string            // its address, for the relay's own connections
	Publisher   Publisher         // the stream
	Forgetting  *Forgetting       // nil to forget nothing
	Filling     *Filling          // nil to take the stream as it is
	Metrics     *prometheus.Registry
	Tracing     *telemetry.Tracing // nil for none
	Log         *slog.Logger       // nil for slog.Default()
}

// Forgetting makes the leading relay erase recipes that were deleted long ago.
type Forgetting struct {
	Stream retention.Stream // where their text is removed from
	Keep   time.Duration    // how long deleted recipes are kept; 0 for ever
}

// Filling makes the leading relay fill a new or replaced stream from the ledger.
type Filling struct {
	Stream republish.FillStream
	Make   func(ctx context.Context) error // creates the stream if it is missing
}

// Filled reports whether a stream has received everything that the ledger had already published.
func Filled(state jetstream.StreamState) bool { return republish.Filled(state) }

// NewRelay builds a relay. It contacts no store. It fails only if an option is invalid.
func NewRelay(deps RelayDeps) (*Relay, error) {
	var metrics *relay.Metrics
	if deps.Metrics != nil {
		var err error
		if metrics, err = relay.NewMetrics(deps.Metrics); err != nil {
			return nil, err
		}
	}
	// The relay listens for hints, so its own store sends none.
	store := recipestore.NewStore(deps.Pool, func() {})
	options := relay.Options{
		Store: store, Publisher: deps.Publisher, URL: deps.PostgresURL, Metrics: metrics, Tracing: deps.Tracing,
		Log: cmp.Or(deps.Log, slog.Default()),
	}
	if f := deps.Forgetting; f != nil {
		options.Beside = (&retention.Retention{Store: store, Stream: f.Stream, Keep: f.Keep, Log: options.Log}).Run
	}
	if f := deps.Filling; f != nil {
		options.Filler = &republish.Refill{
			Store: store, Stream: f.Stream, Make: f.Make, Begun: metrics.Filling, Log: options.Log,
		}
	}
	return relay.New(options), nil
}

// Relaying reports whether any process relays from a database, and the backlog there.
func Relaying(ctx context.Context, pool *recipestore.Pool) (leads bool, waiting Backlog, err error) {
	if leads, err = relay.Leads(ctx, pool); err != nil {
		return false, Backlog{}, err
	}
	waiting, err = recipestore.NewStore(pool, func() {}).Backlog(ctx)
	return leads, waiting, err
}
