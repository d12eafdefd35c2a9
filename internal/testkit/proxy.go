package testkit

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

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
	p.poison(`{"name": "freeze", "type": "timeout", "attributes": {"timeout": 0}}`) // 0: the connection stays
}

// Slow lets every answer come later by this.
func (p *Proxy) Slow(by time.Duration) {
	p.tb.Helper()
	p.poison(fmt.Sprintf(`{"name": "slow", "type": "latency", "attributes": {"latency": %d}}`, by.Milliseconds()))
}

// CutAnswers ends each connection, those that are open too, once so many bytes of answers went through it from
// now on: in the middle of one, most often. Again, it takes the place of the cut before.
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

// Mend lets everything through again, at the same address. What was sent during a freeze is lost with its
// connection.
func (p *Proxy) Mend() {
	p.tb.Helper()
	p.proxy.Stop()
	p.proxy.Toxics.ResetToxics(p.tb.Context())
	p.start()
}
