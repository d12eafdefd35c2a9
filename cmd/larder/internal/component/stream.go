package component

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors"
	"larder.dev/projectors/groceryfeed"
)

// streamPause is how long passes between two attempts to make the streams.
const streamPause = 500 * time.Millisecond

// EnsureStreams makes the stream of events, or brings it to this version's settings.
func EnsureStreams(ctx context.Context, conn *jetstream.Conn) error {
	for _, stream := range projectors.Streams() {
		if err := conn.EnsureStream(ctx, stream); err != nil {
			return fmt.Errorf("make the stream %s: %w", stream.Name, err)
		}
	}
	return nil
}

// awaitStreams tries until the streams are there: whoever starts first makes them. The error is that of ctx.
func awaitStreams(ctx context.Context, conn *jetstream.Conn, log *slog.Logger) error {
	ticker := time.NewTicker(streamPause)
	defer ticker.Stop()
	for told := false; ; {
		err := EnsureStreams(ctx, conn)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil && !told {
			log.WarnContext(ctx, "waiting for the streams", "error", err)
			told = true
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// streamsCheck finds out, once, that the streams are there.
func streamsCheck(conn *jetstream.Conn) httpserver.Check {
	return streamCheck("streams", conn, projectors.Streams()...)
}

// feedCheck finds out, once, that the grocery feed is there.
func feedCheck(feed *jetstream.Conn) httpserver.Check {
	return streamCheck("grocery feed", feed, groceryfeed.Stream())
}

func streamCheck(name string, conn *jetstream.Conn, streams ...jetstream.StreamConfig) httpserver.Check {
	return httpserver.Check{Name: name, Probe: once(func(ctx context.Context) error {
		if conn.Ready() != nil {
			return errNotAsked
		}
		for _, stream := range streams {
			if _, err := conn.State(ctx, stream.Name); err != nil {
				return err
			}
		}
		return nil
	})}
}
