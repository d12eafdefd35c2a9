// Package component puts each part of Larder together, and runs one or several of them in a process: `larder
// relay` is a process of one, `larder up` one of all. There is one constructor for each, so that a component
// is the same wherever it runs.
//
// To add a component, write its file here, with a Kind like those beside it, and add it to All.
package component

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/cmd/larder/internal/clients"
	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/limits"
)

// Kind is a component that a process can run.
type Kind struct {
	Name string // of the subcommand
	Help string // one line for `larder --help`

	// Needs are the stores without whose address it is not started, and without which it isn't ready.
	Needs []stores.Store
	// Uses are the stores that it does without where they have no address, and that it is ready without.
	Uses []stores.Store
	// Keeps are the stores that must have room for what it is there for: it isn't ready while one of them is full. A full
	// one of the others leaves it ready.
	Keeps []stores.Store
	// SignsFiles is of those that make addresses of files, or check them, and so have to know the secret.
	SignsFiles bool

	// Build puts it together. It asks no store anything: the component starts while they are away. What it
	// opens is the host's to close.
	Build func(ctx context.Context, host *Host) (*Component, error)
}

// Host is what a process gives its components.
type Host struct {
	*clients.Clients

	Folder         string // where embedded servers keep their data, "" for nowhere
	Files          Files
	Origin         string   // the one web origin that CORS admits, "" for none
	TrustedProxies []string // addresses (CIDR), or names as "dns:nginx", whose X-Forwarded-For is believed
	Door           Door
	Throttle       *limits.Throttle // what one person may ask for; nil for no bounds
	Quotas         Quotas           // what one person may keep
	Retention      time.Duration    // how long deleted recipes are kept; 0 for ever
	Drain          time.Duration    // how long a process with an API serves on, unready, when it is to end
	Metrics        *prometheus.Registry
	Log            *slog.Logger
}

// as gives the host of one component, which comes to the databases as itself.
func (h *Host) as(kind Kind) *Host {
	own := *h
	own.Clients = h.As(kind.Name)
	return &own
}

// Door says whom a process lets at what it serves.
type Door struct {
	Hosts        []string // the names by which it may be called, nil for any
	BehindTLS    bool     // whatever the proxy before it says, browsers come by TLS
	MetricsAddr  string   // where metrics are for everybody besides, "" for nowhere
	MetricsToken string   // what opens /metrics to others than this machine, "" for nothing
}

// before puts what holds for every request of a process before its handler.
func (d Door) before(handler http.Handler) http.Handler {
	if d.BehindTLS {
		handler = httpserver.BehindTLS(handler)
	}
	if d.Hosts != nil {
		handler = httpserver.AdmitHosts(d.Hosts, handler)
	}
	return handler
}

// Quotas are how much one person may keep; 0 is no limit.
type Quotas struct {
	Recipes   int64 // that aren't deleted
	Files     int64 // on recipes, those that were deleted so lately that they can come back among them
	FileBytes int64 // of those files
	ListItems int64 // on the grocery list
	Sessions  int   // logins that count; one more ends that which was used least lately
}

// Component is one part of Larder, put together.
type Component struct {
	// Handler is its HTTP API, without the probes; nil for none.
	Handler http.Handler
	// Takes tells which requests of a surface that components share are its own; of several that take one,
	// the first in All has it. Alone in a process it gets them all.
	Takes func(method, path string) bool
	// Run is its work beside requests, until ctx is done; nil for none. It begins when the stores that the
	// component needs are there, or those of After, and lives with their going away later.
	Run func(ctx context.Context) error
	// Flush and Upkeep are what of Run is left to a process that is stopped between two requests: Flush after each,
	// Upkeep now and then. Nil for nothing.
	Flush  func(ctx context.Context)
	Upkeep func(ctx context.Context) error
	// After are the stores that Run waits for; nil for all that the kind needs.
	After []stores.Store
	// Checks are what it has to ask besides its stores; one with the name of a store is asked in its place.
	Checks []httpserver.Check
}

// All lists every component, in the order in which they are offered a request.
func All() []Kind {
	return []Kind{GroceryApp(), FileService(), QueryAPI(), CommandAPI(), AllProjectors(), Relay()}
}

// checks are those of the kind's stores, and the component's own.
func (k Kind) checks(host *Host, own []httpserver.Check) []httpserver.Check {
	checks := slices.Clone(own)
	add := func(store stores.Store, optional bool) {
		for _, check := range storeChecks(host, store, optional, !slices.Contains(k.Keeps, store)) {
			if !slices.ContainsFunc(own, func(o httpserver.Check) bool { return o.Name == check.Name }) {
				checks = append(checks, check)
			}
		}
	}
	for _, store := range k.Needs {
		add(store, false)
	}
	for _, store := range k.Uses {
		if host.Address(store) != "" {
			add(store, true)
		}
	}
	return checks
}

// errDone ends the components of a process when what they were started for is done.
var errDone = errors.New("done")
