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

// viewCheck tells whether a view is complete. The process is ready without it: readers ask the database meanwhile.
func viewCheck(projection string, probe func(ctx context.Context) error) httpserver.Check {
	return httpserver.Check{Name: projection + " view", Optional: true, Probe: probe}
}

// writtenView is the check of the process that keeps the view.
func writtenView(runner *projectors.Runner, projection string) httpserver.Check {
	return viewCheck(projection, func(context.Context) error { return runner.Whole(projection) })
}

// readView is the check of a process that searches. That the engine is away another check says.
func readView(index searchindex.Index, projection string) httpserver.Check {
	return viewCheck(projection, func(ctx context.Context) error {
		lost, err := index.Lost(ctx)
		if err == nil && lost {
			return searchindex.ErrLost
		}
		return nil
	})
}

// streamWatch looks whether a stream is there and still the one that it was: who needs it makes it again so soon that nobody
// might see it missing.
type streamWatch struct {
	conn   *jetstream.Conn
	stream string
	losses prometheus.Counter
	lost   func() // is told that it was lost; nil for nobody

	mu      sync.Mutex
	created time.Time // when the one that was seen last was made; zero before the first
}

// watchedStream is the check of a stream, which also counts how often it was lost. The process is ready without it: what
// waits for it is kept. Lost is told when it is, or was, gone; nil for nobody.
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
		return nil //nolint:nilerr // the check of the server tells that
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

// errUnfilled is a stream that is new, and that the relay is filling.
var errUnfilled = errors.New("the relay fills it from the ledger")

func (w *streamWatch) tell() {
	if w.lost != nil {
		w.lost()
	}
}

// another takes note of when the stream was made, and tells whether another one was there before.
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
