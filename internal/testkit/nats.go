package testkit

import (
	"os"
	"path/filepath"
	"testing"

	"larder.dev/embedded/natsserver"
)

// NATSServer is a NATS server with JetStream.
type NATSServer struct {
	url, publisherURL, feedURL, appURL string
	options                            natsserver.Options
	embedded                           *natsserver.Server
}

// NATS returns a server without streams for this test alone, which stops after it. Stream names are
// fixed, so tests sharing a server would collide; and sharing gains nothing: the embedded server is
// nats-server itself, from the same module as the program that `make test` runs.
func NATS(tb testing.TB) *NATSServer {
	tb.Helper()
	made := &NATSServer{options: natsserver.Options{Dir: tb.TempDir(), Log: Logger(tb)}}
	made.start(tb)
	tb.Cleanup(func() { made.Stop(tb) })
	return made
}

func (s *NATSServer) start(tb testing.TB) {
	tb.Helper()
	server, err := natsserver.Start(s.options)
	if err != nil {
		tb.Fatalf("start NATS for a test: %v", err)
	}
	s.embedded = server
	s.url, s.publisherURL, s.feedURL, s.appURL = server.URL(), server.PublisherURL(), server.FeedURL(), server.AppURL()
}

// URL is the address for connections that may do everything except reach the public feed.
func (s *NATSServer) URL() string { return s.url }

// PublisherURL is the address for the public feed's publisher.
func (s *NATSServer) PublisherURL() string { return s.publisherURL }

// FeedURL is the address for a subscriber to the public feed, which may do nothing else.
func (s *NATSServer) FeedURL() string { return s.feedURL }

// AppURL is the address for the grocery app.
func (s *NATSServer) AppURL() string { return s.appURL }

// Stop stops the server. It keeps its streams for [NATSServer.Restart]. A second call does nothing.
func (s *NATSServer) Stop(tb testing.TB) {
	tb.Helper()
	if s.embedded == nil {
		return
	}
	if err := s.embedded.Stop(); err != nil {
		tb.Errorf("stop NATS: %v", err)
	}
	s.embedded = nil
}

// Restart restarts a stopped server, at the same address and with its streams.
func (s *NATSServer) Restart(tb testing.TB) {
	tb.Helper()
	s.Stop(tb)
	before := s.url
	s.start(tb)
	if s.url != before {
		tb.Fatal("the port of NATS was taken by another program meanwhile")
	}
}

// Lose restarts the server with no data, as after losing its disk.
func (s *NATSServer) Lose(tb testing.TB) {
	tb.Helper()
	s.Stop(tb)
	if err := os.RemoveAll(filepath.Join(s.options.Dir, "jetstream")); err != nil {
		tb.Fatalf("lose what NATS kept: %v", err)
	}
	s.Restart(tb)
}
