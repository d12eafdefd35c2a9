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
	// awaitEvery is how often Await looks; watchEvery is how often Watch does.
	awaitEvery = 250 * time.Millisecond
	watchEvery = 2 * time.Second
	// restEvery is how often Watch does where all is there: each look asks every store.
	restEvery = 15 * time.Second
	// worthALine is how long a thing is missing before the log says so: what is made at the start is missing
	// for a moment, and so is a server behind a connection that it closed.
	worthALine = 3 * time.Second
)

// probePaths are the addresses that probes answer at.
const (
	healthPath  = "/healthz"
	readyPath   = "/readyz"
	metricsPath = "/metrics"
)

// Check asks one thing that a process depends on.
type Check struct {
	// Name of what is asked, as "postgres".
	Name string
	// Optional is what the process can serve without, though not as well.
	Optional bool
	// Instead names another check: while that one finds what it asks, this one is optional. "" for none.
	Instead string
	// Probe gives an error where it is missing. Its context has a deadline.
	Probe func(ctx context.Context) error
}

// Probes tell an orchestrator, and the process itself, what the process lacks. The log has one line when a
// thing stays away and one when it is back, however often somebody looks.
type Probes struct {
	checks  []Check
	log     *slog.Logger
	leaving atomic.Bool // the process is about to end

	mu    sync.Mutex
	looks uint64 // that were begun
	seen  map[string]sight

	looking chan struct{} // holds one, while a look is under way that was asked for at /readyz
	next    *answer       // of the look after that one; nil while nobody waits for it
}

// answer is what a look finds, once done is closed.
type answer struct {
	done              chan struct{}
	missing, degraded []string
}

// sight is how a thing was when somebody looked last.
type sight struct {
	look    uint64    // which look it was
	missing time.Time // since when; zero where it was there
	told    bool      // the log says so
}

// NewProbes makes the probes of a process.
func NewProbes(checks []Check, log *slog.Logger) *Probes {
	return &Probes{checks: checks, log: log, seen: make(map[string]sight), looking: make(chan struct{}, 1)}
}

// IsProbe tells whether a path is one of /healthz, /readyz and /metrics.
func IsProbe(path string) bool {
	return path == healthPath || path == readyPath || path == metricsPath
}

// Leave makes /readyz say from now on that the process isn't ready, whatever is there: it is about to end.
func (p *Probes) Leave() { p.leaving.Store(true) }

// Look asks everything at once and gives the names of what is missing, and of what is missing and optional,
// in the order of the checks.
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

// begin numbers a look. One that was begun before another and is done after it knows less than that one.
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

// Missing tells whether any of these was missing when somebody looked last. Where nobody has, it looks.
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

// Found tells whether a thing was there when somebody looked last, and whether somebody has looked.
func (p *Probes) Found(name string) (found, looked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, looked := p.seen[name]
	return looked && last.missing.IsZero(), looked
}

// Await returns once nothing of that name is missing; where no names are given, nothing that isn't optional.
// The error is the context's.
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

// Watch looks now and then until the context ends, so that the log tells what went away and came back.
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
		// In this order: what is found at the end of ctx is that it can't be asked any more.
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

// note keeps what was seen, and logs that a thing stays away or is back. The cause is for the log alone: it may
// name addresses and accounts.
func (p *Probes) note(ctx context.Context, look uint64, check Check, err error) {
	if ctx.Err() != nil {
		return // whoever looked went away, which says nothing
	}
	if p.see(look, check.Name, err != nil) {
		p.tell(ctx, check, err)
	}
}

// see gives whether there is something to tell.
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

// ask asks all at once and gives their errors in the order of the checks.
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

// mount answers at the addresses of the probes.
func (p *Probes) mount(engine *gin.Engine, options Options) {
	engine.GET(healthPath, func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	engine.GET(readyPath, p.readiness)
	if options.Metrics != nil {
		engine.GET(metricsPath, guardMetrics(options.MetricsReaders), gin.WrapH(promhttp.HandlerFor(options.Metrics, promhttp.HandlerOpts{})))
	}
}

// readiness answers 200 where all that is needed is there, else 503 with the names of what is missing.
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

// lookTogether is Look for whoever knocks. A look takes a connection of each store, so one is under way at a time, and
// all who came meanwhile share the next one, which begins after they came. The error is the context's.
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

// MergeChecks makes one check of those with the same name: it asks each of them, also after one that has failed, since a look
// may be what a component learns from, and is optional where all of them are.
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
