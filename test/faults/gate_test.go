package faults_test

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// gate is a connection to a server that can be cut like a network.
type gate struct {
	listener net.Listener
	to       string

	mu   sync.Mutex
	cut  bool
	open map[net.Conn]struct{}
}

// newGate returns a gate to the server at an address, and the address that goes through it.
func newGate(t *testing.T, address string) (*gate, string) {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	g := &gate{listener: listener, to: parsed.Host, open: map[net.Conn]struct{}{}}
	t.Cleanup(func() { _ = listener.Close(); g.set(true) })
	go g.accept()
	parsed.Host = listener.Addr().String()
	return g, parsed.String()
}

func (g *gate) accept() {
	for {
		in, err := g.listener.Accept()
		if err != nil {
			return
		}
		out, err := (&net.Dialer{}).Dial("tcp", g.to)
		if err != nil || !g.admit(in, out) {
			_ = in.Close()
			if out != nil {
				_ = out.Close()
			}
			continue
		}
		go g.carry(in, out)
		go g.carry(out, in)
	}
}

func (g *gate) admit(conns ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cut {
		return false
	}
	for _, conn := range conns {
		g.open[conn] = struct{}{}
	}
	return true
}

func (g *gate) carry(from, to net.Conn) {
	_, _ = io.Copy(to, from)
	_, _ = from.Close(), to.Close()
}

// set cuts the route, including open connections, or restores it.
func (g *gate) set(cut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cut = cut
	for conn := range g.open {
		_ = conn.Close()
		delete(g.open, conn)
	}
}
