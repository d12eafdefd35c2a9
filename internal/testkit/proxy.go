package testkit

import (
	"net/url"
	"strings"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Proxy stands between a test and a server that others use too, so that the test can take the server
// away for itself alone. Its methods are for one goroutine.
type Proxy struct {
	tb    testing.TB
	url   string
	proxy *toxiproxy.Proxy
}

// NewProxy makes one in front of the server at an address, until the end of the test.
func NewProxy(tb testing.TB, address string) *Proxy {
	tb.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		tb.Fatalf("read the address of a server: %v", err)
	}
	control := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &Proxy{tb: tb, proxy: toxiproxy.NewProxy(control, tb.Name(), "127.0.0.1:0", parsed.Host)}
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

// URL is the server's address by way of the proxy.
func (p *Proxy) URL() string { return p.url }

// Cut ends all connections and refuses new ones.
func (p *Proxy) Cut() { p.proxy.Stop() }

// Freeze takes connections and answers nothing, as a process that was stopped.
func (p *Proxy) Freeze() {
	p.tb.Helper()
	const timeout = `{"name": "freeze", "type": "timeout", "attributes": {"timeout": 0}}` // 0: the connection stays
	if _, err := p.proxy.Toxics.AddToxicJson(strings.NewReader(timeout)); err != nil {
		p.tb.Fatalf("freeze %s: %v", p.proxy.Upstream, err)
	}
}

// Mend lets everything through again, at the same address. What was sent during a freeze is lost with its
// connection.
func (p *Proxy) Mend() {
	p.tb.Helper()
	p.proxy.Stop()
	p.proxy.Toxics.ResetToxics(p.tb.Context())
	p.start()
}
