package component

import (
	"context"
	"errors"

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

// streamsThere tells whether a stream is gone that was there: who needs it makes it again.
func streamsThere(name string, conn *jetstream.Conn, streams ...jetstream.StreamConfig) httpserver.Check {
	return httpserver.Check{Name: name, Optional: true, Probe: func(ctx context.Context) error {
		for _, stream := range streams {
			if _, err := conn.State(ctx, stream.Name); errors.Is(err, jetstream.ErrNotFound) {
				return err
			}
		}
		return nil
	}}
}
