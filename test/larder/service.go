package larder

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// service is the one address of a component, behind which its processes come and go, as a service of Docker or
// Kubernetes is. It passes each connection on to one of them, and closes it where there is none.
type service struct {
	listener net.Listener
	next     func() string // host:port of a process, in turns; "" where none runs

	mu    sync.Mutex
	asked *sync.WaitGroup // the connections since the last settling whose process hasn't answered anything yet
}

func newService(tb testing.TB, next func() string) *service {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	s := &service{listener: listener, next: next, asked: new(sync.WaitGroup)}
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

// settle waits until each connection that was there before has got an answer or has ended. So a process that next
// doesn't give any more has taken whatever was sent to it.
func (s *service) settle() {
	s.mu.Lock()
	before := s.asked
	s.asked = new(sync.WaitGroup)
	s.mu.Unlock()
	before.Wait()
}

// asks counts a connection among those that settle waits for, until it is said that it was answered.
func (s *service) asks() (answered func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked.Add(1)
	return sync.OnceFunc(s.asked.Done)
}

// pass carries bytes both ways until either side ends.
func (s *service) pass(from net.Conn) {
	defer func() { _ = from.Close() }()
	answered := s.asks()
	defer answered()
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
	_, _ = io.Copy(answers{from, answered}, to)
	_ = from.Close()
	ended.Wait()
}

// answers tells when the first is written.
type answers struct {
	net.Conn

	begin func()
}

// Write is that of the connection.
func (a answers) Write(p []byte) (int, error) {
	a.begin()
	return a.Conn.Write(p)
}
