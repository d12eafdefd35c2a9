package bench

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// The two sides alternate, so that other load on the machine affects both.
const (
	workers    = 16 // each with its own connection and, when creating, its own user
	rounds     = 5
	roundTime  = 3 * time.Second
	warmUpTime = time.Second
)

// comparison holds the medians of all rounds. The ratio is the median of the rounds' ratios, not
// the ratio of the medians: within a round the two sides had the same machine.
type comparison struct{ larder, bare, ratio float64 }

// compare alternates both sides, after a warm-up turn. drain waits until a turn's background work
// is done, so that the next one isn't charged for it.
func compare(b *testing.B, larder, bare func(worker int) error, drain func()) comparison {
	b.Helper()
	rate(b, warmUpTime, larder)
	rate(b, warmUpTime, bare)
	var ours, theirs, ratios []float64
	for range rounds {
		drain()
		l := rate(b, roundTime, larder)
		drain()
		r := rate(b, roundTime, bare)
		ours, theirs, ratios = append(ours, l), append(theirs, r), append(ratios, l/r)
		b.Logf("larder %.0f/s, bare %.0f/s, ratio %.2f", l, r, l/r)
	}
	return comparison{larder: median(ours), bare: median(theirs), ratio: median(ratios)}
}

// rate is how often a second all workers together did it.
func rate(b *testing.B, lasting time.Duration, do func(worker int) error) float64 {
	b.Helper()
	var done atomic.Int64
	group, ctx := errgroup.WithContext(b.Context())
	ctx, cancel := context.WithTimeout(ctx, lasting)
	defer cancel()
	began := time.Now()
	for worker := range workers {
		group.Go(func() error {
			for ctx.Err() == nil {
				if err := do(worker); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	require.NoError(b, group.Wait())
	return float64(done.Load()) / time.Since(began).Seconds()
}

func median[T float64 | time.Duration](values []T) T { return percentile(values, 50) }

// percentile returns the p-th percentile.
func percentile[T float64 | time.Duration](values []T, p int) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}
