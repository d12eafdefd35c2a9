package bench

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"larder.dev/test/larder"
)

const (
	soakTime    = 10 * time.Minute // LARDER_SOAK overrides it
	soakSample  = 2 * time.Second
	soakUsers   = 20
	soakRecipes = 4000 // written in turn, so that one recipe's writes are 20 s apart
	soakGraph   = "docs/measurements/soak.svg"
)

// BenchmarkSoak writes at a steady rate to all components on real servers for ten minutes (make
// soak), and samples the lag of each projection and the memory of each process. It draws both into
// the docs, and fails if one of them grows.
func BenchmarkSoak(b *testing.B) {
	lasting := soakTime
	if given := os.Getenv("LARDER_SOAK"); given != "" {
		var err error
		lasting, err = time.ParseDuration(given)
		require.NoError(b, err, "LARDER_SOAK is a duration, as 30s")
	}
	parts := larder.StartParts(b)
	var users []*larder.Client
	for i := range soakUsers {
		users = append(users, parts.AddUser(b, fmt.Sprintf("user%d", i)))
	}
	samples := newSoakSamples(b, parts)
	writes, slowest := soak(b, users, lasting, samples)
	parts.CaughtUpWithin(b, startPatience)
	b.ReportMetric(0, "ns/op")
	path := filepath.Join(larder.Root(), filepath.FromSlash(soakGraph))
	require.NoError(b, os.WriteFile(path, []byte(samples.svg(lasting)), 0o600))

	var t table
	asked := int(lasting.Seconds() * writesPerSecond)
	t.add(figure{
		what:   fmt.Sprintf("writes, at %d a second for %s", writesPerSecond, lasting),
		larder: strconv.Itoa(writes), target: fmt.Sprintf("≥ %d", asked*99/100), met: writes >= asked*99/100,
	})
	t.add(figure{what: "the slowest of them", larder: inMillis(slowest)})
	for _, s := range samples.series() {
		first, last := s.third(0), s.third(2)
		t.add(figure{
			what:   s.name + ", median of the first and of the last third",
			larder: fmt.Sprintf("%.0f → %.0f %s", first, last, s.unit),
			target: fmt.Sprintf("≤ %.0f %s", s.limit(first), s.unit), met: last <= s.limit(first),
		})
	}
	require.NoError(b, t.write(os.Stdout))
	if missed := t.missed(); len(missed) > 0 {
		b.Errorf("it grows: %q", missed)
	}
}

// soak writes by the clock, and samples regularly. It returns the number of writes and the slowest
// one.
func soak(b *testing.B, users []*larder.Client, lasting time.Duration, samples *soakSamples) (writes int, slowest time.Duration) {
	b.Helper()
	group, ctx := errgroup.WithContext(b.Context())
	ctx, cancel := context.WithTimeout(ctx, lasting)
	defer cancel()
	group.Go(func() error { return samples.take(ctx) })
	slots := make([]soaked, soakRecipes)
	ticker := time.NewTicker(time.Second / writesPerSecond)
	defer ticker.Stop()
	for ctx.Err() == nil {
		<-ticker.C
		slot := &slots[writes%soakRecipes]
		user := users[writes%soakRecipes%soakUsers]
		n := writes
		writes++
		group.Go(func() error { return slot.write(user, n) })
	}
	require.NoError(b, group.Wait())
	for i := range slots {
		slowest = max(slowest, slots[i].slowest)
	}
	return writes, slowest
}

// soaked is a recipe that is written repeatedly.
type soaked struct {
	mu      sync.Mutex
	id      string
	version int64
	slowest time.Duration
}

func (s *soaked) write(user *larder.Client, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	condition := []string{"If-Match", fmt.Sprintf(`"%d"`, s.version)}
	if s.version == 0 {
		s.id, condition = uuid.NewString(), []string{"If-None-Match", "*"}
	}
	began := time.Now()
	answer, err := user.Try(larder.Request{
		Method: http.MethodPut, Path: "/api/recipes/" + s.id, Body: larder.MadeUp(n), Headers: condition,
	})
	if err != nil {
		return err
	}
	s.slowest = max(s.slowest, time.Since(began))
	if answer.Status >= http.StatusBadRequest {
		return fmt.Errorf("write %d: %d %s", n, answer.Status, answer.Body)
	}
	s.version++
	return nil
}

// soakSamples are the samples of the processes.
type soakSamples struct {
	parts      *larder.Parts
	projectors *larder.Client
	lag        []*series // by projection
	memory     []*series // by component
}

func newSoakSamples(b *testing.B, parts *larder.Parts) *soakSamples {
	b.Helper()
	s := &soakSamples{parts: parts, projectors: larder.NewClient(parts.Part("projectors").Listening(b))}
	for _, name := range []string{"search", "cache", "replica", "grocery"} {
		s.lag = append(s.lag, &series{name: "lag of " + name, of: name, unit: "events", allowed: writesPerSecond})
	}
	for _, name := range []string{"command-api", "query-api", "relay", "projectors"} {
		s.memory = append(s.memory, &series{name: "memory of " + name, of: name, unit: "MB", allowed: 30})
	}
	return s
}

func (s *soakSamples) series() []*series { return append(append([]*series{}, s.lag...), s.memory...) }

// take samples until the context ends.
func (s *soakSamples) take(ctx context.Context) error {
	ticker := time.NewTicker(soakSample)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		answer, err := s.projectors.Try(larder.Request{Method: http.MethodGet, Path: "/metrics"})
		if err != nil {
			return err
		}
		for _, one := range s.lag {
			if err := one.readMetric(answer.Body); err != nil {
				return err
			}
		}
		for _, one := range s.memory {
			mb, err := resident(s.parts.Part(one.of).PID())
			if err != nil {
				return err
			}
			one.values = append(one.values, mb)
		}
	}
}

// series is one line of the graph.
type series struct {
	name, of, unit string
	allowed        float64 // growth that is tolerated
	values         []float64
}

func (s *series) readMetric(metrics []byte) error {
	found := regexp.MustCompile(`(?m)^larder_projection_lag_events\{[^}]*"` + s.of + `"[^}]*\} (\S+)$`).FindSubmatch(metrics)
	if found == nil {
		return fmt.Errorf("/metrics has no lag of %s", s.of)
	}
	value, err := strconv.ParseFloat(string(found[1]), 64)
	s.values = append(s.values, value)
	return err
}

// third is the median of one third of the time.
func (s *series) third(n int) float64 {
	size := len(s.values) / 3
	if size == 0 {
		return 0
	}
	return median(s.values[n*size : (n+1)*size])
}

// limit is the maximum for the last third, since garbage collection makes memory fluctuate.
func (s *series) limit(first float64) float64 { return max(first*1.25, first+s.allowed) }
