// Package limits keeps one person from using up shared resources. A Throttle bounds how many
// requests of a kind a person has in progress and how many begin a second. Stored data is bounded
// by its store.
//
// A Throttle counts in its process's memory. If a component has several processes, each admits the
// full limit: what it protects is that process's CPU, memory and connections.
package limits

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

const (
	// idleAfter is how long an account may be idle before it is forgotten.
	idleAfter = 15 * time.Second
	// queueFactor is how many requests may wait per one in progress, in the queued kinds. Devices
	// send a few at once without meaning harm; served one by one, they notice nothing.
	queueFactor = 4
	// patience is how long a request waits. Most requests have five seconds in total.
	patience = 2 * time.Second
	// maxAccounts bounds the memory, some 300 bytes each. At the limit, newcomers share one
	// account.
	maxAccounts = 100_000
)

// Which part of a limit was exceeded, as named in metrics.
const (
	atOnce    = "at_once"
	perSecond = "per_second"
	quota     = "quota"
)

// Throttle admits requests. A nil Throttle admits all. It is safe for concurrent use.
type Throttle struct {
	limits   Limits
	exceeded *prometheus.CounterVec

	mu       sync.Mutex
	accounts map[key]*account
	swept    time.Time
}

type key struct {
	kind Kind
	who  string
}

// account tracks one person's requests of one kind.
type account struct {
	slots  *semaphore.Weighted // nil for unlimited
	pace   *rate.Limiter
	line   *semaphore.Weighted // those waiting for pace
	inside int                 // requests in progress or waiting
	seen   time.Time           // when the last one entered or left
}

// New returns a Throttle. It counts refusals in registry, unless that is nil.
func New(limits Limits, registry *prometheus.Registry) (*Throttle, error) {
	t := &Throttle{
		limits: limits, accounts: map[key]*account{}, swept: time.Now(),
		exceeded: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "larder_limits_exceeded_total",
			Help: "Requests that were refused because one person had asked for too much, by kind and limit.",
		}, []string{"kind", "limit"}),
	}
	if registry == nil {
		return t, nil
	}
	if err := registry.Register(t.exceeded); err != nil {
		return nil, fmt.Errorf("register the metrics of the limits: %w", err)
	}
	return t, nil
}

// Exceeded is the error for a refused request.
type Exceeded struct {
	Kind       Kind
	Limit      int
	PerSecond  bool // the limit is on requests a second, else on concurrent requests
	RetryAfter time.Duration
}

func (e *Exceeded) Error() string {
	if e.PerSecond {
		return fmt.Sprintf("more than %d %s a second", e.Limit, e.Kind.plural())
	}
	return fmt.Sprintf("more than %d %s at once", e.Limit, e.Kind.plural())
}

// Enter admits a person's request, or returns *Exceeded. In the queued kinds, it waits for a slot.
// The caller calls leave when the request is answered.
func (t *Throttle) Enter(ctx context.Context, kind Kind, who string) (leave func(), err error) {
	if t == nil || t.limits[kind] == (Limit{}) {
		return func() {}, nil
	}
	a, err := t.admit(kind, who)
	if err == nil {
		if err = t.await(ctx, a, kind); err == nil {
			return func() {
				if a.slots != nil {
					a.slots.Release(1)
				}
				t.left(a)
			}, nil
		}
		t.left(a)
	}
	if exceeded, ok := errors.AsType[*Exceeded](err); ok {
		t.count(exceeded)
	}
	return nil, err
}

func (t *Throttle) admit(kind Kind, who string) (*account, error) {
	limit, now := t.limits[kind], time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.account(key{kind, who}, now)
	a.seen = now
	room := limit.AtOnce
	if kind.queued() {
		room += queueFactor * limit.AtOnce
	}
	if limit.AtOnce > 0 && a.inside >= room {
		return nil, tooManyAtOnce(kind, limit)
	}
	if !kind.paced() && !a.pace.AllowN(now, 1) {
		return nil, a.tooManyASecond(kind, limit)
	}
	a.inside++
	return a, nil
}

func tooManyAtOnce(kind Kind, limit Limit) *Exceeded {
	return &Exceeded{Kind: kind, Limit: limit.AtOnce, RetryAfter: time.Second}
}

func (a *account) tooManyASecond(kind Kind, limit Limit) *Exceeded {
	return &Exceeded{Kind: kind, Limit: limit.PerSecond, PerSecond: true, RetryAfter: a.lacks(1)}
}

// await waits for the request's turn, in the paced kinds, and for a slot. A request whose caller
// left meanwhile doesn't count as refused.
func (t *Throttle) await(ctx context.Context, a *account, kind Kind) error {
	early := kind.paced() && !a.pace.Allow()
	if !early && (a.slots == nil || a.slots.TryAcquire(1)) {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if early && a.pace.Wait(waiting) != nil {
		return cmp.Or(ctx.Err(), error(a.tooManyASecond(kind, t.limits[kind])))
	}
	if a.slots != nil && a.slots.Acquire(waiting, 1) != nil {
		return cmp.Or(ctx.Err(), error(tooManyAtOnce(kind, t.limits[kind])))
	}
	return nil
}

func (t *Throttle) left(a *account) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a.inside--
	a.seen = time.Now()
}

// account returns a key's account, creating it if missing.
func (t *Throttle) account(k key, now time.Time) *account {
	if now.Sub(t.swept) >= idleAfter {
		t.forgetIdle(now)
	}
	a, known := t.accounts[k]
	if known {
		return a
	}
	if len(t.accounts) >= maxAccounts && k.who != "" {
		return t.account(key{kind: k.kind}, now)
	}
	limit := t.limits[k.kind]
	a = &account{pace: rate.NewLimiter(rate.Inf, 0), line: semaphore.NewWeighted(1)}
	if limit.PerSecond > 0 {
		a.pace = rate.NewLimiter(rate.Limit(limit.PerSecond), k.kind.burst(limit.PerSecond))
	}
	if limit.AtOnce > 0 {
		a.slots = semaphore.NewWeighted(int64(limit.AtOnce))
	}
	t.accounts[k] = a
	return a
}

func (t *Throttle) forgetIdle(now time.Time) {
	t.swept = now
	for k, a := range t.accounts {
		if a.inside == 0 && now.Sub(a.seen) >= idleAfter {
			delete(t.accounts, k)
		}
	}
}

func (t *Throttle) count(e *Exceeded) {
	limit := atOnce
	if e.PerSecond {
		limit = perSecond
	}
	t.exceeded.WithLabelValues(string(e.Kind), limit).Inc()
}

// CountQuota counts a request refused because a person has reached a quota of this kind.
func (t *Throttle) CountQuota(kind string) {
	if t != nil {
		t.exceeded.WithLabelValues(kind, quota).Inc()
	}
}
