package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	sampleEvery  = 5 // under load, one in so many writes is looked for
	quietWrites  = 100
	lookInterval = 5 * time.Millisecond
	// startPatience is far longer than catching up takes.
	startPatience = 5 * time.Minute
)

// measureFindable is the time from sending a write, slightly before its commit, until a search in
// Elasticsearch finds it: under load, and one at a time.
func measureFindable(b *testing.B, t *table, parts *larder.Parts, users []cookOf) {
	b.Helper()
	stores := parts.RunFile(b)
	elastic := newBareElastic(stores.ElasticsearchURL, stores.ElasticsearchAlias)
	looking := look(b, elastic)
	paced(b, func(_ context.Context, n int) error {
		recipe := larder.MadeUp(n)
		if n%sampleEvery == 0 {
			recipe["name"] = "Sample " + looking.expect()
		}
		return createAs(users[n%len(users)].Client, recipe)
	})
	loaded := looking.all(b)
	for range quietWrites {
		require.NoError(b, createAs(users[0].Client, larder.Named("Sample "+looking.expect())))
		looking.all(b)
	}
	quiet := looking.all(b)[len(loaded):]
	b.ReportMetric(0, "ns/op")
	for _, row := range []struct {
		what   string
		took   []time.Duration
		target time.Duration
	}{
		{fmt.Sprintf("commit to findable in Elasticsearch at %d writes a second", writesPerSecond), loaded, time.Second},
		{"commit to findable in Elasticsearch, one write at a time", quiet, 300 * time.Millisecond},
	} {
		p50, p99 := percentile(row.took, 50), percentile(row.took, 99)
		b.Logf("%s: p50 %s, p99 %s", row.what, inMillis(p50), inMillis(p99))
		t.add(figure{what: row.what + ", p50", larder: inMillis(p50)})
		t.add(figure{
			what: row.what + ", p99", larder: inMillis(p99),
			target: "< " + inMillis(row.target), met: p99 < row.target,
		})
	}
}

func createAs(user *larder.Client, recipe map[string]any) error {
	answer, err := user.Try(larder.Request{Method: http.MethodPost, Path: "/api/recipes", Body: recipe})
	if err == nil && answer.Status != http.StatusCreated {
		err = fmt.Errorf("the server answered %d: %s", answer.Status, answer.Body)
	}
	return err
}

// lookout polls for everything that is missing.
type lookout struct {
	mu      sync.Mutex
	missing map[string]time.Time // word → when it was sent
	took    []time.Duration
	failed  error
}

func look(b *testing.B, elastic *bareElastic) *lookout {
	b.Helper()
	l := &lookout{missing: map[string]time.Time{}}
	ctx, cancel := context.WithCancel(b.Context())
	var done sync.WaitGroup
	done.Go(func() {
		ticker := time.NewTicker(lookInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				l.once(elastic)
			}
		}
	})
	b.Cleanup(func() {
		cancel()
		done.Wait()
	})
	return l
}

// expect returns a word that no name has, and starts its clock.
func (l *lookout) expect() string {
	word := "q" + strings.ToLower(rand.Text())
	l.mu.Lock()
	defer l.mu.Unlock()
	l.missing[word] = time.Now()
	return word
}

func (l *lookout) once(elastic *bareElastic) {
	var words []string
	l.mu.Lock()
	for word := range l.missing {
		words = append(words, word)
	}
	l.mu.Unlock()
	if len(words) == 0 {
		return
	}
	found, err := elastic.found(words)
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = err
	for _, word := range found {
		l.took = append(l.took, now.Sub(l.missing[word]))
		delete(l.missing, word)
	}
}

// all waits until nothing is missing, and returns how long each took, in the order found.
func (l *lookout) all(b *testing.B) []time.Duration {
	b.Helper()
	var took []time.Duration
	larder.Soon(b, 30*time.Second, func() string {
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.missing) > 0 {
			return fmt.Sprintf("%d are not found (%v)", len(l.missing), l.failed)
		}
		took = append(took[:0], l.took...)
		return ""
	})
	return took
}
