// Package limits keeps one person from taking what belongs to all. A Throttle bounds how many requests of a kind a person
// has under way and how many begin a second. What a person keeps is bounded by the store that keeps it.
//
// A Throttle counts in the memory of its process. Where several processes of a component run, each admits as much: what is
// protected is the processor, the memory and the connections of that process.
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
	// idleAfter is how long nothing is heard of somebody before they are forgotten.
	idleAfter = 15 * time.Second
	// queueFactor is how many requests wait for each that is under way, in the kinds that wait. Devices send a few at the
	// same moment without meaning harm; they are served one after the other and notice nothing.
	queueFactor = 4
	// patience is how long a request waits. Most requests have five seconds in all.
	patience = 2 * time.Second
	// maxAccounts bounds the memory: some 300 bytes each. Newcomers share one account while it is reached.
	maxAccounts = 100_000
)

// What of a limit was exceeded, as metrics name it.
const (
	atOnce    = "at_once"
	perSecond = "per_second"
	quota     = "quota"
)

// Throttle admits requests. A nil one admits all. It is safe for concurrent use.
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

// account is what is known of one person's requests of one kind.
type account struct {
	slots  *semaphore.Weighted // nil for any number
	pace   *rate.Limiter
	line   *semaphore.Weighted // of those that wait for pace
	inside int                 // requests under way or waiting
	seen   time.Time           // when the last one came or left
}

// New makes a Throttle. It counts what it refuses in registry; nil for nowhere.
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

// Exceeded is the error of a request that isn't admitted.
type Exceeded struct {
	Kind       Kind
	Limit      int
	PerSecond  bool // the limit is one of requests a second, else of requests at once
	RetryAfter time.Duration
}

func (e *Exceeded) Error() string {
	if e.PerSecond {
		return fmt.Sprintf("more than %d %s a second", e.Limit, e.Kind.plural())
	}
	return fmt.Sprintf("more than %d %s at once", e.Limit, e.Kind.plural())
}

// Enter admits a request of somebody's, or gives *Exceeded. In the kinds that wait, it waits for a turn. The caller calls
// leave when the request is answered.
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

// await waits for its time, in the kinds that are paced, and for one of the slots. A request whose caller has gone
// meanwhile isn't counted as refused.
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

// account gives that of a key, and makes it where there is none.
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

// CountQuota counts a request that was refused because a person has as much of a kind of things as they may.
func (t *Throttle) CountQuota(kind string) {
	if t != nil {
		t.exceeded.WithLabelValues(kind, quota).Inc()
	}
}
