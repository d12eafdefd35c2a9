package redis

import (
	"context"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Limit admits Burst events at once, then Rate events per Period, evenly spread.
type Limit struct {
	Rate   int
	Burst  int
	Period time.Duration
}

// PerMinute is a limit of about n events a minute.
func PerMinute(n int) Limit { return Limit{Rate: n, Burst: n, Period: time.Minute} }

// Allow counts one event against a key's limit. It returns how long to wait if the limit is reached
// (the event isn't counted then), and 0 if the event is admitted.
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

// Peek returns how long until one more event is admitted, 0 if it would be now. It counts nothing.
func (c *Client) Peek(ctx context.Context, key string, limit Limit) (time.Duration, error) {
	result, err := c.limiter.AllowN(ctx, key, limit.rate(), 0)
	if err != nil {
		return 0, failed("look at the limit", key, err)
	}
	// ResetAfter is when the whole burst is available again; its first event is available that much
	// earlier.
	interval := limit.Period / time.Duration(limit.Rate)
	wait := result.ResetAfter - time.Duration(limit.Burst-1)*interval
	return max(wait, 0), nil
}

func (l Limit) rate() redis_rate.Limit {
	return redis_rate.Limit{Rate: l.Rate, Burst: l.Burst, Period: l.Period}
}
