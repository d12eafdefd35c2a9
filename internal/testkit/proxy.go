package testkit

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Proxy stands between a test and a shared server, so that the test can make the server unavailable
// for itself alone. Its methods are for one goroutine.
type Proxy struct {
	tb    testing.TB
	url   string
	proxy *toxiproxy.Proxy
}

// NewProxy returns a proxy for the server at an address, until the end of the test.
func NewProxy(tb testing.TB, address string) *Proxy {
	tb.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		tb.Fatalf("read the address of a server: %v", err)
	}
	control := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &Proxy{tb: tb, proxy: toxiproxy.NewProxy(control, tb.Name(), "127.0.0.1:0", parsed.Host)}
	p.start() // at a free port
	p.stop()
	p.hold()
	p.start()
	tb.Cleanup(p.proxy.Stop)
	parsed.Host = p.proxy.Listen // with its port from now on
	p.url = parsed.String()
	return p
}

func (p *Proxy) start() {
	p.tb.Helper()
	if err := p.proxy.Start(); err != nil {
		p.tb.Fatalf("listen at %s in front of %s: %v", p.proxy.Listen, p.proxy.Upstream, err)
	}
}

// URL is the server's address through the proxy.
func (p *Proxy) URL() string { return p.url }

// Cut ends all connections and refuses new ones.
func (p *Proxy) Cut() {
	p.tb.Helper()
	p.stop()
}

// stop ends all connections and returns once new ones are refused. A child being started briefly
// has a copy of the listening socket (between fork and exec) and accepts connections.
func (p *Proxy) stop() {
	p.tb.Helper()
	p.proxy.Stop()
	ctx := Context(p.tb)
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.proxy.Listen)
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			return
		case err == nil:
			_ = conn.Close()
		case ctx.Err() != nil:
			p.tb.Fatalf("%s doesn't refuse connections: %v", p.proxy.Listen, err)
		}
	}
}

// hold keeps the port for the proxy while it doesn't listen: a socket bound to it without
// listening, so that connections are refused and nobody else gets the port.
func (p *Proxy) hold() {
	p.tb.Helper()
	address, err := netip.ParseAddrPort(p.proxy.Listen)
	if err != nil {
		p.tb.Fatalf("hold the port of %s: %v", p.proxy.Listen, err)
	}
	syscall.ForkLock.RLock()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	syscall.CloseOnExec(socket)
	syscall.ForkLock.RUnlock()
	if err != nil {
		p.tb.Fatalf("hold the port of %s: %v", p.proxy.Listen, err)
	}
	p.tb.Cleanup(func() { _ = syscall.Close(socket) })
	err = errors.Join(
		// Two sockets may share a port if both set this and neither listens yet.
		syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1),
		syscall.Bind(socket, &syscall.SockaddrInet4{Port: int(address.Port()), Addr: address.Addr().As4()}),
	)
	if err != nil {
		p.tb.Fatalf("hold the port of %s: %v", p.proxy.Listen, err)
	}
}

// Freeze accepts connections and answers nothing, like a suspended process.
func (p *Proxy) Freeze() {
	p.tb.Helper()
	p.poison(`{"name": "freeze", "type": "timeout", "attributes": {"timeout": 0}}`) // 0: the connection stays
}

// Slow delays every answer.
func (p *Proxy) Slow(by time.Duration) {
	p.tb.Helper()
	p.poison(fmt.Sprintf(`{"name": "slow", "type": "latency", "attributes": {"latency": %d}}`, by.Milliseconds()))
}

// CutAnswers ends each connection, including open ones, once so many more bytes of answers have
// passed, usually in the middle of one. Calling it again replaces the previous limit.
func (p *Proxy) CutAnswers(bytes int) {
	p.tb.Helper()
	p.proxy.Toxics.ResetToxics(p.tb.Context())
	p.poison(fmt.Sprintf(`{"name": "cut", "type": "limit_data", "attributes": {"bytes": %d}}`, bytes))
}

func (p *Proxy) poison(toxic string) {
	p.tb.Helper()
	if _, err := p.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		p.tb.Fatalf("disturb %s by %s: %v", p.proxy.Upstream, toxic, err)
	}
}

// Mend restores the connection at the same address. What was sent during a freeze is lost with its
// connection.
func (p *Proxy) Mend() {
	p.tb.Helper()
	p.stop()
	p.proxy.Toxics.ResetToxics(p.tb.Context())
	p.start()
}
