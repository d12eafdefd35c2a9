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

// RelayDeps is what a relay works with. Nothing in it is closed here.
type RelayDeps struct {
	Pool        *recipestore.Pool // the primary database
	PostgresURL string            // its address, for the relay's own connections
	Publisher   Publisher         // the stream
	Forgetting  *Forgetting       // nil for a relay that forgets nothing
	Filling     *Filling          // nil for a stream that is as it is
	Metrics     *prometheus.Registry
	Tracing     *telemetry.Tracing // nil for none
	Log         *slog.Logger       // nil for slog.Default()
}

// Forgetting has the relay that leads forget recipes that were deleted long ago.
type Forgetting struct {
	Stream retention.Stream // where their text is taken out of
	Keep   time.Duration    // how long what was deleted is kept; 0 for ever
}

// Filling has the relay that leads fill a stream that is another one than before, from the ledger.
type Filling struct {
	Stream republish.FillStream
	Make   func(ctx context.Context) error // makes it where it is gone
}

// Filled tells whether a stream has had all that the ledger had published.
func Filled(state jetstream.StreamState) bool { return republish.Filled(state) }

// NewRelay makes a relay. It asks no store. The error means that an option is wrong.
func NewRelay(deps RelayDeps) (*Relay, error) {
	var metrics *relay.Metrics
	if deps.Metrics != nil {
		var err error
		if metrics, err = relay.NewMetrics(deps.Metrics); err != nil {
			return nil, err
		}
	}
	// The relay hints at nothing: it is the one that listens.
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

// Relaying tells whether some process relays from a database, and what waits for it there.
func Relaying(ctx context.Context, pool *recipestore.Pool) (leads bool, waiting Backlog, err error) {
	if leads, err = relay.Leads(ctx, pool); err != nil {
		return false, Backlog{}, err
	}
	waiting, err = recipestore.NewStore(pool, func() {}).Backlog(ctx)
	return leads, waiting, err
}
