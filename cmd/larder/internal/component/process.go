package component

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/topology"
)

// Process is one or several components that run together.
type Process struct {
	parts   []part
	probes  *httpserver.Probes
	handler http.Handler
	log     *slog.Logger
	metrics func(ctx context.Context) error // serves them at a separate address; nil for none
	drain   time.Duration                   // how long it keeps serving, unready, when stopped

	topology *topology.Watch // nil if no component uses a database
}

type part struct {
	*Component

	name    string
	after   []string // names of the checks that its work waits for
	schemas []string // names of its databases' schema checks
}

// Assemble assembles components into a process called name. The caller closes the host's clients.
// Fallback answers what no component takes; nil for 404.
func Assemble(ctx context.Context, host *Host, name string, fallback http.Handler, kinds ...Kind) (*Process, error) {
	p := &Process{log: host.Log}
	var checks []httpserver.Check
	for _, kind := range kinds {
		own := host.as(kind)
		built, err := kind.Build(ctx, own)
		if err != nil {
			return nil, err
		}
		checks = append(checks, kind.checks(own, built.Checks)...)
		if built.Handler != nil {
			p.drain = host.Drain
		}
		p.parts = append(p.parts, part{
			Component: built, name: kind.Name, after: waits(kind, built), schemas: schemas(kind),
		})
	}
	if host.Folder != "" {
		checks = append(checks, folderCheck(host.Folder))
	}
	p.topology = host.Watching()
	checks = httpserver.MergeChecks(checks)
	if len(kinds) > 1 {
		eitherDatabase(checks)
	}
	p.probes = httpserver.NewProbes(checks, host.Log)
	if err := measureDependencies(host.Metrics, p.probes, checks); err != nil {
		return nil, err
	}
	engine, err := httpserver.New(httpserver.Options{
		Component: name, Log: host.Log, Metrics: host.Metrics, Probes: p.probes,
		MetricsReaders: httpserver.MetricsReaders(host.Door.MetricsToken),
	})
	if err != nil {
		return nil, fmt.Errorf("make the probes of %s: %w", name, err)
	}
	if fallback == nil {
		fallback = engine
	}
	unready, err := httpserver.NewRefusal(httpserver.Options{Component: name, Log: host.Log},
		"The database isn't laid out yet. Try again.")
	if err != nil {
		return nil, fmt.Errorf("make the refusal of %s: %w", name, err)
	}
	for i := range p.parts {
		p.parts[i].Handler = p.parts[i].whenLaidOut(p.probes, unready)
	}
	p.handler = surface(p.parts, engine, fallback)
	if len(p.parts) > 1 { // all in one: no nginx in front compresses
		if p.handler, err = httpserver.Compress("/api/", p.handler); err != nil {
			return nil, err
		}
	}
	callers, err := httpserver.NewCallers(host.TrustedProxies)
	if err != nil {
		return nil, err
	}
	p.handler = host.Door.before(identity.LimitStrangers(host.Throttle, callers, p.handler))
	if addr := host.Door.MetricsAddr; addr != "" {
		p.metrics = func(ctx context.Context) error { return httpserver.ServeMetrics(ctx, addr, host.Metrics, host.Log) }
	}
	return p, nil
}

// eitherDatabase makes a process of several components ready with either database: without the
// backup everything is served, and without the primary reads are, until `larder failover`, which
// has to find the process. A single component isn't ready without what it needs, since others stand
// in for it.
func eitherDatabase(checks []httpserver.Check) {
	for i := range checks {
		switch checks[i].Name {
		case string(stores.Postgres):
			checks[i].Instead = string(stores.Backup)
		case string(stores.Backup), fullOf(stores.Backup):
			checks[i].Instead = string(stores.Postgres)
		}
	}
}

// schemas returns the names of the schema checks that a component requires.
func schemas(kind Kind) []string {
	if slices.Contains(kind.Needs, stores.Postgres) {
		return []string{schemaOf(stores.Postgres)}
	}
	return nil
}

// whenLaidOut keeps requests from tables that `larder migrate` has yet to create or is changing.
func (p part) whenLaidOut(probes *httpserver.Probes, unready http.Handler) http.Handler {
	handler := p.Handler
	if handler == nil {
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if probes.Missing(r.Context(), p.schemas...) {
			unready.ServeHTTP(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// waits returns the names of the checks that a component's background work waits for.
func waits(kind Kind, built *Component) []string {
	wanted := built.After
	if wanted == nil {
		wanted = kind.Needs
	}
	var names []string
	for _, store := range wanted {
		names = append(names, string(store), schemaOf(store))
	}
	return names
}

// surface routes each request to the component that takes it. If only one has an HTTP API, it gets
// everything.
func surface(parts []part, probes, fallback http.Handler) http.Handler {
	var serving []part
	for _, p := range parts {
		if p.Handler != nil {
			serving = append(serving, p)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if httpserver.IsProbe(r.URL.Path) {
			probes.ServeHTTP(w, r)
			return
		}
		if len(parts) == 1 && len(serving) == 1 {
			serving[0].Handler.ServeHTTP(w, r)
			return
		}
		for _, p := range serving {
			if p.Takes(method(r), r.URL.Path) {
				p.Handler.ServeHTTP(w, r)
				return
			}
		}
		fallback.ServeHTTP(w, r)
	})
}

// method returns the request's method, or for a CORS preflight, the coming request's.
func method(r *http.Request) string {
	if asked := r.Header.Get("Access-Control-Request-Method"); r.Method == http.MethodOptions && asked != "" {
		return asked
	}
	return r.Method
}

// Ready returns once nothing is missing that the process needs. The error is the context's.
func (p *Process) Ready(ctx context.Context) error { return p.probes.Await(ctx) }

// Serve serves on the listener and works until ctx is done, and for the drain time after it; each
// of also runs concurrently, and an error of one ends all. At the end every component finishes its
// work in progress.
func (p *Process) Serve(ctx context.Context, listener net.Listener, also ...func(ctx context.Context) error) error {
	ctx, cancel := p.drained(ctx)
	defer cancel()
	also = append(also, func(ctx context.Context) error { return httpserver.Serve(ctx, listener, p.handler, p.log) })
	if p.metrics != nil {
		also = append(also, p.metrics)
	}
	return p.work(ctx, also...)
}

// drained returns a context that is done later than ctx. In between the process is unready but
// keeps serving, so that a proxy that checks readiness redirects requests before a connection is
// refused. Everything works until then: answers need the watch of the primary, as always.
func (p *Process) drained(ctx context.Context) (context.Context, context.CancelFunc) {
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, func() {
		p.probes.Leave()
		end := time.NewTimer(p.drain)
		defer end.Stop()
		select {
		case <-end.C:
		case <-serving.Done():
		}
		stop()
	})
	return serving, func() { release(); stop() }
}

// During works without HTTP while fn runs, which begins when nothing is missing.
func (p *Process) During(ctx context.Context, fn func(ctx context.Context) error, also ...func(ctx context.Context) error) error {
	err := p.work(ctx, append(also, func(ctx context.Context) error {
		if err := p.Ready(ctx); err != nil {
			return err
		}
		if err := fn(ctx); err != nil {
			return err
		}
		return errDone
	})...)
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

func (p *Process) work(ctx context.Context, also ...func(ctx context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range p.parts {
		if part.Run != nil {
			group.Go(func() error { return p.run(ctx, part) })
		}
	}
	group.Go(func() error { p.probes.Watch(ctx); return nil })
	if p.topology != nil {
		group.Go(func() error { p.topology.Run(ctx); return nil })
	}
	for _, fn := range also {
		group.Go(func() error { return fn(ctx) })
	}
	return group.Wait()
}

func (p *Process) run(ctx context.Context, part part) error {
	if err := p.probes.Await(ctx, part.after...); err != nil {
		return nil //nolint:nilerr // it was stopped before its stores were reachable
	}
	if err := part.Run(ctx); err != nil {
		return fmt.Errorf("%s: %w", part.name, err)
	}
	return nil
}
