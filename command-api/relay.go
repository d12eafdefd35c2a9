package commandapi

import (
	"cmp"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/command-api/internal/postgres"
	"larder.dev/command-api/internal/relay"
	"larder.dev/internal/telemetry"
)

// RelayDeps is what a relay works with. Nothing in it is closed here.
type RelayDeps struct {
	Pool        *postgres.Pool // the primary database
	PostgresURL string         // its address, for the relay's own connections
	Publisher   Publisher      // the stream
	Metrics     *prometheus.Registry
	Tracing     *telemetry.Tracing // nil for none
	Log         *slog.Logger       // nil for slog.Default()
}

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
	store := postgres.NewStore(deps.Pool, func() {})
	return relay.New(relay.Options{
		Store: store, Publisher: deps.Publisher, URL: deps.PostgresURL, Metrics: metrics, Tracing: deps.Tracing,
		Log: cmp.Or(deps.Log, slog.Default()),
	}), nil
}
