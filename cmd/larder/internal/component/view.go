package component

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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

	mu      sync.Mutex
	created time.Time // when the one that was seen last was made; zero before the first
}

// watchedStream is the check of a stream, which also counts how often it was lost. The process is ready without it: what
// waits for it is kept.
func watchedStream(host *Host, conn *jetstream.Conn, stream string) (httpserver.Check, error) {
	losses, err := streamLosses(host.Metrics)
	if err != nil {
		return httpserver.Check{}, err
	}
	w := &streamWatch{conn: conn, stream: stream, losses: losses.WithLabelValues(stream)}
	return httpserver.Check{Name: "stream " + stream, Optional: true, Probe: w.look}, nil
}

func (w *streamWatch) look(ctx context.Context) error {
	state, err := w.conn.State(ctx, w.stream)
	if errors.Is(err, jetstream.ErrNotFound) {
		return err
	}
	if err != nil {
		return nil // the check of the server tells that
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.created.IsZero() && !w.created.Equal(state.Created) {
		w.losses.Inc()
	}
	w.created = state.Created
	return nil
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

// remaking publishes on a stream, and makes it first where it is gone.
type remaking struct{ *jetstream.Conn }

// PublishBatch is that of the connection.
func (r remaking) PublishBatch(ctx context.Context, stream string, msgs []jetstream.Message) ([]uint64, error) {
	stored, err := r.Conn.PublishBatch(ctx, stream, msgs)
	if err == nil || len(stored) > 0 {
		return stored, err
	}
	if _, missing := r.State(ctx, stream); !errors.Is(missing, jetstream.ErrNotFound) {
		return stored, err
	}
	if made := EnsureStreams(ctx, r.Conn); made != nil {
		return stored, errors.Join(err, made)
	}
	return r.Conn.PublishBatch(ctx, stream, msgs)
}
