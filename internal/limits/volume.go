package limits

import (
	"context"
	"time"
)

// Spend takes n, for example bytes, from a person's rate and waits until it is available, in its
// own queue. If it isn't available within the usual wait, the error is *Exceeded: a caller refused
// at once would be back at once. An n larger than the burst counts as the burst: it passes alone.
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

// lacks returns how long until n more are available if nothing else comes.
func (a *account) lacks(n int) time.Duration {
	return time.Duration(float64(time.Second) * (float64(n) - a.pace.Tokens()) / float64(a.pace.Limit()))
}
