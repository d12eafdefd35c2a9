package postgres

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// lookupEvery is how old a name's addresses may be. With the time of a lookup it is how late a pool notices that a name
// leads to another server: under 10 s.
const lookupEvery = 5 * time.Second

// LookupFunc gives the addresses of a host, as net.Resolver.LookupHost does.
type LookupFunc func(ctx context.Context, host string) ([]string, error)

// addresses tells whether connections lead to where their host's name leads now: a failover that changes DNS leaves
// connections to the server before, which may still answer.
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

// current tells whether the connection's address is one of its host's. It never waits: a name is looked up beside, and
// where that fails, nothing has changed.
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
