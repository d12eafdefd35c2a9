package httpserver

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"
)

const (
	probeTimeout = 2 * time.Second
	// awaitEvery is the interval of Await's checks; watchEvery is Watch's.
	awaitEvery = 250 * time.Millisecond
	watchEvery = 2 * time.Second
	// restEvery is Watch's interval while nothing is missing: each check asks every store.
	restEvery = 15 * time.Second
	// worthALine is how long a dependency is missing before it is logged: what is created at the
	// start is missing briefly, and so is a server behind a closed connection.
	worthALine = 3 * time.Second
)

// probePaths are the paths of the probes.
const (
	healthPath  = "/healthz"
	readyPath   = "/readyz"
	metricsPath = "/metrics"
)

// Check checks one dependency of a process.
type Check struct {
	// Name of the dependency, for example "postgres".
	Name string
	// Optional means that the process can serve without it, though less well.
	Optional bool
	// Instead names another check: while that one succeeds, this one is optional. "" for none.
	Instead string
	// Probe returns an error if the dependency is missing. Its context has a deadline.
	Probe func(ctx context.Context) error
}

// Probes tell an orchestrator, and the process itself, which dependencies are missing. The log has
// one line when one stays away and one when it is back, however often it is checked.
type Probes struct {
	checks  []Check
	log     *slog.Logger
	leaving atomic.Bool // the process is about to end

	mu    sync.Mutex
	looks uint64 // begun so far
	seen  map[string]sight

	looking chan struct{} // holds one value while a look for /readyz is in progress
	next    *answer       // the next look's answer; nil while nobody waits for it
}

// answer is a look's result, once done is closed.
type answer struct {
	done              chan struct{}
	missing, degraded []string
}

// sight is a dependency's last observed state.
type sight struct {
	look    uint64    // the look's number
	missing time.Time // since when; zero if present
	told    bool      // it has been logged
}

// NewProbes returns a process's probes.
func NewProbes(checks []Check, log *slog.Logger) *Probes {
	return &Probes{checks: checks, log: log, seen: make(map[string]sight), looking: make(chan struct{}, 1)}
}

// IsProbe reports whether a path is one of /healthz, /readyz and /metrics.
func IsProbe(path string) bool {
	return path == healthPath || path == readyPath || path == metricsPath
}

// Leave makes /readyz report not ready from now on, whatever is available: the process is about to
// end.
func (p *Probes) Leave() { p.leaving.Store(true) }

// Look runs all checks concurrently and returns the names of missing dependencies, and of missing
// optional ones, in the order of the checks.
func (p *Probes) Look(ctx context.Context) (missing, degraded []string) {
	missing, degraded = []string{}, []string{}
	look := p.begin()
	failures := ask(ctx, p.checks)
	for i, err := range failures {
		check := p.checks[i]
		check.Optional = check.Optional || p.stoodInFor(check, failures)
		p.note(ctx, look, check, err)
		switch {
		case err == nil:
		case check.Optional:
			degraded = append(degraded, check.Name)
		default:
			missing = append(missing, check.Name)
		}
	}
	return missing, degraded
}

// begin numbers a look. One that began earlier but finishes later than another knows less.
func (p *Probes) begin() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks++
	return p.looks
}

func (p *Probes) stoodInFor(check Check, failures []error) bool {
	i := slices.IndexFunc(p.checks, func(c Check) bool { return c.Name == check.Instead })
	return i >= 0 && failures[i] == nil
}

// Missing reports whether any of these was missing at the last look. If there was none, it looks.
func (p *Probes) Missing(ctx context.Context, names ...string) bool {
	if !p.looked(names) {
		p.Look(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(names, func(name string) bool { return !p.seen[name].missing.IsZero() })
}

func (p *Probes) looked(names []string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.ContainsFunc(names, func(name string) bool {
		_, known := p.seen[name]
		return !known
	})
}

// Found reports whether a dependency was present at the last look, and whether there was one.
func (p *Probes) Found(name string) (found, looked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, looked := p.seen[name]
	return looked && last.missing.IsZero(), looked
}

// Await returns once none of the named dependencies is missing; without names, no required one. The
// error is the context's.
func (p *Probes) Await(ctx context.Context, names ...string) error {
	return every(ctx, awaitEvery, func() bool {
		missing, degraded := p.Look(ctx)
		if len(names) == 0 {
			return len(missing) == 0
		}
		away := slices.Concat(missing, degraded)
		return !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(away, name) })
	})
}

// Watch looks periodically until the context ends, so that the log shows what went away and came
// back.
func (p *Probes) Watch(ctx context.Context) {
	for {
		pause := watchEvery
		if missing, degraded := p.Look(ctx); len(missing)+len(degraded) == 0 {
			pause = restEvery
		}
		next := time.NewTimer(pause)
		select {
		case <-next.C:
		case <-ctx.Done():
			next.Stop()
			return
		}
	}
}

func every(ctx context.Context, pause time.Duration, done func() bool) error {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		// Keep this order: once ctx ends, every check fails.
		found := done()
		if ctx.Err() != nil || found {
			return ctx.Err()
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

// note records an observation, and logs a dependency that stays away or is back. The cause is only
// for the log: it may name addresses and accounts.
func (p *Probes) note(ctx context.Context, look uint64, check Check, err error) {
	if ctx.Err() != nil {
		return // the caller left, which says nothing
	}
	if p.see(look, check.Name, err != nil) {
		p.tell(ctx, check, err)
	}
}

// see reports whether there is something to log.
func (p *Probes) see(look uint64, name string, missing bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := p.seen[name]
	if look < last.look {
		return false
	}
	last.look = look
	if !missing {
		p.seen[name] = sight{look: look}
		return last.told
	}
	if last.missing.IsZero() {
		last.missing = time.Now()
	}
	news := !last.told && time.Since(last.missing) >= worthALine
	last.told = last.told || news
	p.seen[name] = last
	return news
}

func (p *Probes) tell(ctx context.Context, check Check, err error) {
	if err == nil {
		p.log.InfoContext(ctx, "a dependency is there", "name", check.Name)
		return
	}
	p.log.WarnContext(ctx, "waiting for a dependency", "missing", check.Name, "optional", check.Optional, "error", err)
}

// ask runs all checks concurrently and returns their errors in order.
func ask(ctx context.Context, checks []Check) []error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	failures := make([]error, len(checks))
	var group errgroup.Group
	for i, check := range checks {
		group.Go(func() error {
			failures[i] = check.Probe(ctx)
			return nil
		})
	}
	_ = group.Wait()
	return failures
}

// mount serves the probes' paths.
func (p *Probes) mount(engine *gin.Engine, options Options) {
	engine.GET(healthPath, func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	engine.GET(readyPath, p.readiness)
	if options.Metrics != nil {
		engine.GET(metricsPath, guardMetrics(options.MetricsReaders), gin.WrapH(promhttp.HandlerFor(options.Metrics, promhttp.HandlerOpts{})))
	}
}

// readiness answers 200 if no required dependency is missing, else 503 with the missing names.
func (p *Probes) readiness(c *gin.Context) {
	missing, degraded, err := p.lookTogether(c.Request.Context())
	if err != nil {
		WriteUnavailable(c, "The dependencies can't be asked just now.", time.Second)
		return
	}
	c.Header("Cache-Control", "no-store")
	if p.leaving.Load() {
		WriteProblem(c, Problem{
			Status: http.StatusServiceUnavailable, Detail: "Not ready: this process is about to end.",
			Extra: map[string]any{"missing": missing, "degraded": degraded},
		})
		return
	}
	if len(missing) == 0 {
		c.JSON(http.StatusOK, gin.H{"status": "ready", "degraded": degraded})
		return
	}
	WriteProblem(c, Problem{
		Status: http.StatusServiceUnavailable,
		Detail: "Not ready: missing " + strings.Join(missing, ", ") + ".",
		Extra:  map[string]any{"missing": missing, "degraded": degraded},
	})
}

// lookTogether is Look for /readyz. A look takes a connection to each store, so only one runs at a
// time, and everybody who arrives meanwhile shares the next one, which begins after they came. The
// error is the context's.
func (p *Probes) lookTogether(ctx context.Context) (missing, degraded []string, err error) {
	p.mu.Lock()
	look := p.next
	if look == nil {
		look = &answer{done: make(chan struct{})}
		p.next = look
		go p.lookFor(context.WithoutCancel(ctx), look)
	}
	p.mu.Unlock()
	select {
	case <-look.done:
		return look.missing, look.degraded, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

func (p *Probes) lookFor(ctx context.Context, look *answer) {
	p.looking <- struct{}{}
	defer func() { <-p.looking }()
	p.mu.Lock()
	p.next = nil
	p.mu.Unlock()
	look.missing, look.degraded = p.Look(ctx)
	close(look.done)
}

// MergeChecks merges checks with the same name: the merged check runs each, even after one has
// failed, since components may rely on being checked, and is optional if all are.
func MergeChecks(checks []Check) []Check {
	var merged []Check
	for _, check := range checks {
		i := slices.IndexFunc(merged, func(m Check) bool { return m.Name == check.Name })
		if i < 0 {
			merged = append(merged, check)
			continue
		}
		merged[i] = both(merged[i], check)
	}
	return merged
}

func both(a, b Check) Check {
	return Check{Name: a.Name, Optional: a.Optional && b.Optional, Probe: func(ctx context.Context) error {
		err, other := a.Probe(ctx), b.Probe(ctx)
		if err != nil {
			return err
		}
		return other
	}}
}
