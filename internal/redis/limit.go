package redis

import (
	"context"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Limit admits Burst events at once, and Rate events in each Period after that, evenly spread.
type Limit struct {
	Rate   int
	Burst  int
	Period time.Duration
}

// PerMinute is a limit of n events in any minute or so.
func PerMinute(n int) Limit { return Limit{Rate: n, Burst: n, Period: time.Minute} }

// Allow counts one event against the limit of a key. It gives how long to wait where the limit is
// reached (the event isn't counted then), and 0 where the event is admitted.
func (c *Client) Allow(ctx context.Context, key string, limit Limit) (time.Duration, error) {
	result, err := c.limiter.AllowN(ctx, key, limit.rate(), 1)
	if err != nil {
		return 0, failed("count against the limit", key, err)
	}
	if result.Allowed > 0 {
		return 0, nil
	}
	return result.RetryAfter, nil
}

// Peek gives how long to wait until one more event is admitted, 0 where it would be now. It counts
// nothing.
func (c *Client) Peek(ctx context.Context, key string, limit Limit) (time.Duration, error) {
	result, err := c.limiter.AllowN(ctx, key, limit.rate(), 0)
	if err != nil {
		return 0, failed("look at the limit", key, err)
	}
	// ResetAfter is when the whole burst is there again; the first event of it comes that much earlier.
	interval := limit.Period / time.Duration(limit.Rate)
	wait := result.ResetAfter - time.Duration(limit.Burst-1)*interval
	return max(wait, 0), nil
}

func (l Limit) rate() redis_rate.Limit {
	return redis_rate.Limit{Rate: l.Rate, Burst: l.Burst, Period: l.Period}
}
