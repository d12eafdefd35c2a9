package component

import (
	"context"
	"fmt"

	"larder.dev/events"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors"
	"larder.dev/projectors/groceryfeed"
)

// EnsureStreams creates the event stream, or updates it to this version's settings. A new one is
// marked as unfilled until the relay has filled it.
func EnsureStreams(ctx context.Context, conn *jetstream.Conn) error {
	for _, stream := range projectors.Streams() {
		stream.Note = events.UnfilledNote
		if err := conn.EnsureStream(ctx, stream); err != nil {
			return fmt.Errorf("make the stream %s: %w", stream.Name, err)
		}
	}
	return nil
}

// streamsCheck checks, until it succeeds, that the streams exist.
func streamsCheck(conn *jetstream.Conn) httpserver.Check {
	return streamCheck("streams", conn, projectors.Streams()...)
}

// feedCheck checks, until it succeeds, that the grocery feed exists.
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
