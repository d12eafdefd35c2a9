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
	// proxyNamePrefix marks a trusted proxy that is given by its name.
	proxyNamePrefix = "dns:"
	// proxiesKeptFor is how long addresses of a name are believed before the name is looked up again.
	proxiesKeptFor       = 5 * time.Second
	strangersLookUpEvery = time.Second
	proxyLookupTimeout   = 2 * time.Second
)

// resolver looks up the addresses of a name, as net.Resolver does.
type resolver func(ctx context.Context, network, host string) ([]netip.Addr, error)

// proxies are the proxies that are known by name: a container and a pod have another address after each start.
type proxies struct {
	names  []string
	lookUp resolver

	mu        sync.Mutex
	addresses map[netip.Addr]bool // nil until the first lookup is done
	lookedUp  time.Time           // when the last one began
	looking   chan struct{}       // closed when it is done
}

// splitProxies tells names from addresses.
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

// believeProxies puts in place of the connection's address the one that a proxy known by its name says. The proxy
// writes one address; of several the last is the one that it has seen itself.
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

// has tells whether an address is a proxy's. Nobody waits for a lookup but those who ask before the first one is done:
// until a later one is, the addresses of before hold.
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

// look gives what is known of an address, and what to wait for where nothing is known yet.
func (p *proxies) look(ctx context.Context, address netip.Addr) (known bool, looking <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known = p.addresses[address]
	// An unknown address may be that of a proxy that has just started, but a stranger mustn't cause a lookup each time.
	if since := time.Since(p.lookedUp); since >= proxiesKeptFor || !known && since >= strangersLookUpEvery {
		p.lookedUp, p.looking = time.Now(), make(chan struct{})
		go p.refresh(context.WithoutCancel(ctx), p.looking)
	}
	if p.addresses != nil {
		return known, nil
	}
	return false, p.looking
}

// refresh asks for all names. What can't be asked keeps the addresses that it had: they are on the components' own
// network, and without them everybody would be the proxy.
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
