// Package component assembles each part of Larder, and runs one or several in a process:
// `larder relay` is a process of one, `larder up` one of all. Each has one constructor, so that a
// component is the same wherever it runs.
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
	Name string // the subcommand's
	Help string // one line for `larder --help`

	// Needs are the stores whose addresses it requires to start, and that it needs to be ready.
	Needs []stores.Store
	// Uses are the stores that it can start without and be ready without.
	Uses []stores.Store
	// Keeps are the stores that must have space for its purpose: it isn't ready while one is full.
	// Other stores may be full.
	Keeps []stores.Store
	// SignsFiles says that it signs or verifies file addresses, and so needs the secret.
	SignsFiles bool
	// Inbox is where it receives NATS' answers, if its credentials don't let it listen where the
	// others do.
	Inbox string

	// Build assembles it. It contacts no store: the component starts while they are down. The host
	// closes what it opens.
	Build func(ctx context.Context, host *Host) (*Component, error)
}

// Host is what a process provides to its components.
type Host struct {
	*clients.Clients

	Folder         string // data folder of embedded servers, "" for none
	Files          Files
	Origin         string   // the one web origin that CORS admits, "" for none
	TrustedProxies []string // CIDR addresses or names as "dns:nginx", whose X-Forwarded-For is trusted
	Door           Door
	Throttle       *limits.Throttle // one person's request limits; nil for none
	Quotas         Quotas           // one person's storage limits
	ImportAllow    []string         // hosts that imports may fetch from though they are private
	Retention      time.Duration    // how long deleted recipes are kept; 0 for ever
	Drain          time.Duration    // how long a stopping API process keeps serving, unready
	Metrics        *prometheus.Registry
	Log            *slog.Logger
}

// as returns one component's host, which uses its own database role.
func (h *Host) as(kind Kind) *Host {
	own := *h
	own.Clients = h.As(kind.Name)
	return &own
}

// Door says whom a process admits.
type Door struct {
	Hosts        []string // accepted host names, nil for any
	BehindTLS    bool     // browsers use TLS, whatever the proxy in front says
	MetricsAddr  string   // where metrics are also public, "" for nowhere
	MetricsToken string   // opens /metrics to remote callers, "" for none
}

// before wraps a process's handler with what applies to every request.
func (d Door) before(handler http.Handler) http.Handler {
	if d.BehindTLS {
		handler = httpserver.BehindTLS(handler)
	}
	if d.Hosts != nil {
		handler = httpserver.AdmitHosts(d.Hosts, handler)
	}
	return handler
}

// Quotas are one person's storage limits; 0 is unlimited.
type Quotas struct {
	Recipes   int64 // not deleted
	Files     int64 // on recipes, including recently deleted ones that can be restored
	FileBytes int64 // of those files
	ListItems int64 // on the grocery list
	Sessions  int   // one more login ends the least recently used
}

// Component is one assembled part of Larder.
type Component struct {
	// Handler is its HTTP API, without the probes; nil for none.
	Handler http.Handler
	// Takes reports which requests to a shared API are its own; if several take one, the first in
	// All gets it. Alone in a process it gets them all.
	Takes func(method, path string) bool
	// Run is its background work, until ctx is done; nil for none. It begins once the component's
	// needed stores, or those of After, are reachable, and survives later outages.
	Run func(ctx context.Context) error
	// Flush and Upkeep do Run's part in a process that is frozen between requests: Flush after
	// each, Upkeep occasionally. May be nil.
	Flush  func(ctx context.Context)
	Upkeep func(ctx context.Context) error
	// After are the stores that Run waits for; nil for all that the kind needs.
	After []stores.Store
	// Checks are its checks besides its stores'; one with a store's name replaces that store's.
	Checks []httpserver.Check
}

// All lists every component, in the order in which they are offered a request.
func All() []Kind {
	return []Kind{GroceryApp(), FileService(), Importer(), QueryAPI(), CommandAPI(), AllProjectors(), Relay()}
}

// checks returns the checks of the kind's stores, and the component's own.
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

// errDone ends a process's components once their purpose is fulfilled.
var errDone = errors.New("done")
