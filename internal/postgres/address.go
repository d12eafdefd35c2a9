package postgres

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// lookupEvery is the maximum age of a name's addresses. Together with a lookup's time it bounds how
// late a pool notices that a name points to another server: under 10 s.
const lookupEvery = 5 * time.Second

// LookupFunc returns a host's addresses, like net.Resolver.LookupHost.
type LookupFunc func(ctx context.Context, host string) ([]string, error)

// addresses tracks whether connections match their host name's current addresses: a failover
// through DNS leaves connections to the old server, which may still answer.
type addresses struct {
	lookup  LookupFunc
	timeout time.Duration // of a lookup

	mu    sync.Mutex
	hosts map[string]*resolution
}

type resolution struct {
	addresses []string // nil until the first answer
	asked     time.Time
	asking    bool
}

// current reports whether the connection's address is one of its host's. It never waits: lookups
// run in the background, and if one fails, nothing has changed.
func (a *addresses) current(conn *pgx.Conn) bool {
	host := conn.Config().Host
	remote, ok := conn.PgConn().Conn().RemoteAddr().(*net.TCPAddr)
	if !ok || net.ParseIP(host) != nil {
		return true // a socket file, or an address that can't change
	}
	known := a.of(host)
	return known == nil || slices.ContainsFunc(known, func(address string) bool { return remote.IP.Equal(net.ParseIP(address)) })
}

func (a *addresses) of(host string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.hosts[host]
	if r == nil {
		r = &resolution{}
		a.hosts[host] = r
	}
	if !r.asking && time.Since(r.asked) > lookupEvery {
		r.asking = true
		go a.ask(host, r)
	}
	return r.addresses
}

func (a *addresses) ask(host string, r *resolution) {
	ctx, cancel := context.WithTimeout(context.Background(), a.timeout)
	defer cancel()
	found, err := a.lookup(ctx, host)
	a.mu.Lock()
	defer a.mu.Unlock()
	r.asking, r.asked = false, time.Now()
	if err == nil && len(found) > 0 {
		r.addresses = found
	}
}
