package limits

import (
	"context"
	"time"
)

// Spend takes n of what somebody may have a second, as bytes, and waits until it is there, in a line of its own. Where it
// isn't there after as long as a request waits, the error is *Exceeded: whoever is refused at once comes again at once. What
// is more than may come at the same moment counts as that much: it passes alone.
func (t *Throttle) Spend(ctx context.Context, kind Kind, who string, n int) error {
	if t == nil || t.limits[kind].PerSecond == 0 || n <= 0 {
		return nil
	}
	a := t.spender(kind, who)
	n = min(n, a.pace.Burst())
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := a.line.Acquire(waiting, 1)
	if err == nil {
		err = a.pace.WaitN(waiting, n)
		a.line.Release(1)
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	exceeded := &Exceeded{Kind: kind, Limit: t.limits[kind].PerSecond, PerSecond: true, RetryAfter: a.lacks(n)}
	t.count(exceeded)
	return exceeded
}

func (t *Throttle) spender(kind Kind, who string) *account {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.account(key{kind, who}, now)
	a.seen = now
	return a
}

// lacks is how long it takes until n more may come, where nothing else does.
func (a *account) lacks(n int) time.Duration {
	return time.Duration(float64(time.Second) * (float64(n) - a.pace.Tokens()) / float64(a.pace.Limit()))
}
