package httpserver

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	// proxyNamePrefix marks a trusted proxy given by name.
	proxyNamePrefix = "dns:"
	// proxiesKeptFor is how long a name's addresses are cached.
	proxiesKeptFor       = 5 * time.Second
	strangersLookUpEvery = time.Second
	proxyLookupTimeout   = 2 * time.Second
)

// resolver looks up a name's addresses, like net.Resolver.
type resolver func(ctx context.Context, network, host string) ([]netip.Addr, error)

// proxies are the proxies known by name: containers and pods get a new address at each start.
type proxies struct {
	names  []string
	lookUp resolver

	mu        sync.Mutex
	addresses map[netip.Addr]bool // nil until the first lookup finishes
	lookedUp  time.Time           // when the last lookup began
	looking   chan struct{}       // closed when it finishes
}

// splitProxies separates names from addresses.
func splitProxies(given []string) (addresses, names []string) {
	for _, each := range given {
		if name, isName := strings.CutPrefix(each, proxyNamePrefix); isName {
			names = append(names, name)
			continue
		}
		addresses = append(addresses, each)
	}
	return addresses, names
}

// believeProxies replaces the connection's address with the one reported by a proxy known by name.
// The proxy writes one address; if there are several, it observed the last one itself.
func believeProxies(names []string, lookUp resolver) gin.HandlerFunc {
	if len(names) == 0 {
		return func(*gin.Context) {}
	}
	if lookUp == nil {
		lookUp = net.DefaultResolver.LookupNetIP
	}
	return (&proxies{names: names, lookUp: lookUp}).believe
}

func (p *proxies) believe(c *gin.Context) {
	said := c.Request.Header.Get("X-Forwarded-For")
	if said == "" {
		return
	}
	from, err := netip.ParseAddrPort(c.Request.RemoteAddr)
	if err != nil || !p.has(c.Request.Context(), from.Addr().Unmap()) {
		return
	}
	last := strings.TrimSpace(said[strings.LastIndexByte(said, ',')+1:])
	if caller, err := netip.ParseAddr(last); err == nil {
		c.Request.RemoteAddr = net.JoinHostPort(caller.String(), "0")
	}
}

// has reports whether an address is a proxy's. Callers only wait for the first lookup: until a
// later one finishes, the previous addresses apply.
func (p *proxies) has(ctx context.Context, address netip.Addr) bool {
	known, looking := p.look(ctx, address)
	if looking == nil {
		return known
	}
	select {
	case <-looking:
	case <-ctx.Done():
		return false
	}
	known, _ = p.look(ctx, address)
	return known
}

// look returns what is known about an address, and what to wait for if nothing is known yet.
func (p *proxies) look(ctx context.Context, address netip.Addr) (known bool, looking <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known = p.addresses[address]
	// An unknown address may be a newly started proxy's, but a stranger must not cause a lookup
	// each time.
	if since := time.Since(p.lookedUp); since >= proxiesKeptFor || !known && since >= strangersLookUpEvery {
		p.lookedUp, p.looking = time.Now(), make(chan struct{})
		go p.refresh(context.WithoutCancel(ctx), p.looking)
	}
	if p.addresses != nil {
		return known, nil
	}
	return false, p.looking
}

// refresh looks up all names. A failed lookup keeps the previous addresses: they are on the
// components' own network, and without them every caller would appear to be the proxy.
func (p *proxies) refresh(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, proxyLookupTimeout)
	defer cancel()
	defer close(done)
	found := map[netip.Addr]bool{}
	var failed error
	for _, name := range p.names {
		addresses, err := p.lookUp(ctx, "ip", name)
		failed = errors.Join(failed, err)
		for _, address := range addresses {
			found[address.Unmap()] = true
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if failed == nil || p.addresses == nil {
		p.addresses = found
	}
}
