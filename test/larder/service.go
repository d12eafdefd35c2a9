package larder

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// service is a component's stable address, behind which its processes come and go, like a Docker or
// Kubernetes service. It forwards each connection to one of them, and closes it if there is none.
type service struct {
	listener net.Listener
	next     func() string // host:port of a process, round-robin; "" if none is running
}

func newService(tb testing.TB, next func() string) *service {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	s := &service{listener: listener, next: next}
	tb.Cleanup(func() { _ = listener.Close() })
	go s.accept()
	return s
}

func (s *service) address() string { return s.listener.Addr().String() }

func (s *service) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go s.pass(conn)
	}
}

// pass copies bytes both ways until either side ends.
func (s *service) pass(from net.Conn) {
	defer func() { _ = from.Close() }()
	address := s.next()
	if address == "" {
		return
	}
	to, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", address)
	if err != nil {
		return
	}
	var ended sync.WaitGroup
	ended.Go(func() {
		_, _ = io.Copy(to, from)
		_ = to.Close()
	})
	_, _ = io.Copy(from, to)
	_ = from.Close()
	ended.Wait()
}
