package component

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/searchindex"
	"larder.dev/projectors"
)

// viewCheck reports whether a view is complete. The process is ready without it: readers use the
// database meanwhile.
func viewCheck(projection string, probe func(ctx context.Context) error) httpserver.Check {
	return httpserver.Check{Name: projection + " view", Optional: true, Probe: probe}
}

// writtenView is the check for the process that maintains the view.
func writtenView(runner *projectors.Runner, projection string) httpserver.Check {
	return viewCheck(projection, func(context.Context) error { return runner.Whole(projection) })
}

// readView is the check for a process that searches. Another check reports an unreachable engine.
func readView(index searchindex.Index, projection string) httpserver.Check {
	return viewCheck(projection, func(ctx context.Context) error {
		lost, err := index.Lost(ctx)
		if err == nil && lost {
			return searchindex.ErrLost
		}
		return nil
	})
}

// streamWatch checks that a stream exists and is still the same one: it is recreated so soon after
// a loss that nobody might see it missing.
type streamWatch struct {
	conn   *jetstream.Conn
	stream string
	losses prometheus.Counter
	lost   func() // called when it was lost; may be nil

	mu      sync.Mutex
	created time.Time // creation time of the last one seen; zero before the first
}

// watchedStream is the check of a stream, which also counts its losses. The process is ready
// without it: what waits for it is kept. It calls lost, which may be nil, when the stream is, or
// was, gone.
func watchedStream(host *Host, conn *jetstream.Conn, stream string, lost func()) (httpserver.Check, error) {
	losses, err := streamLosses(host.Metrics)
	if err != nil {
		return httpserver.Check{}, err
	}
	w := &streamWatch{conn: conn, stream: stream, losses: losses.WithLabelValues(stream), lost: lost}
	return httpserver.Check{Name: "stream " + stream, Optional: true, Probe: w.look}, nil
}

func (w *streamWatch) look(ctx context.Context) error {
	state, err := w.conn.State(ctx, w.stream)
	if errors.Is(err, jetstream.ErrNotFound) {
		w.tell()
		return err
	}
	if err != nil {
		return nil //nolint:nilerr // the server's check reports that
	}
	if w.another(state.Created) {
		w.losses.Inc()
		w.tell()
	}
	if w.stream == events.Stream && !commandapi.Filled(state) {
		return errUnfilled
	}
	return nil
}

// errUnfilled means that a new stream is still being filled by the relay.
var errUnfilled = errors.New("the relay fills it from the ledger")

func (w *streamWatch) tell() {
	if w.lost != nil {
		w.lost()
	}
}

// another records the stream's creation time, and reports whether there was another before.
func (w *streamWatch) another(created time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.created
	w.created = created
	return !before.IsZero() && !before.Equal(created)
}

// streamLosses are shared by the components of a process.
func streamLosses(registry *prometheus.Registry) (*prometheus.CounterVec, error) {
	losses := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "larder_stream_lost_total", Help: "Times that another stream was found in the place of the one before.",
	}, []string{"stream"})
	err := registry.Register(losses)
	var known prometheus.AlreadyRegisteredError
	if errors.As(err, &known) {
		if vec, ok := known.ExistingCollector.(*prometheus.CounterVec); ok {
			return vec, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("register the metric of lost streams: %w", err)
	}
	return losses, nil
}
