package parts_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/testkit"
)

// instance is one of two that serve a component, and is stopped like a process.
type instance struct {
	address string
	handler http.Handler
	stop    context.CancelFunc
	ended   chan error
}

func (i *instance) start(t *testing.T) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", i.address)
	require.NoError(t, err)
	i.address = listener.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	i.stop, i.ended = stop, make(chan error, 1)
	go func() { i.ended <- httpserver.Serve(ctx, listener, i.handler, slog.New(slog.DiscardHandler)) }()
}

// counted answers each request, and counts how often each arrived.
type counted struct {
	mu   sync.Mutex
	came map[string]int
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	c.mu.Lock()
	c.came[r.Method+" "+r.URL.Path]++
	c.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// Two instances are restarted one after the other, without telling nginx, while cooks read and
// write: none is refused, and each write arrives once.
func TestRestartOfOneOfTwoRefusesNothing(t *testing.T) {
	t.Parallel()
	came := &counted{came: map[string]int{}}
	one := &instance{address: "127.0.0.2:0", handler: came}
	one.start(t)
	_, port, err := net.SplitHostPort(one.address)
	require.NoError(t, err)
	two := &instance{address: "127.0.0.3:" + port, handler: came}
	two.start(t)
	name := "larder.test:" + port
	front := testkit.NginxWith(t, testkit.Upstreams{CommandAPI: name, QueryAPI: name, FileService: name, Importer: name, GroceryApp: name},
		map[string]string{"LARDER_RESOLVER": testkit.NameServer(t)}).Plain

	kinds := []struct{ method, key string }{
		{"GET", ""}, {"POST", ""}, {"PUT", ""}, {"DELETE", ""}, {"POST", "key"}, {"PUT", "key"}, {"DELETE", "key"},
	}
	stop := make(chan struct{})
	progress := make(chan struct{})
	var working sync.WaitGroup
	for worker := range 4 {
		working.Go(func() {
			for n := 0; ; n++ {
				kind := kinds[n%len(kinds)]
				path := fmt.Sprintf("/api/%s%d-%d", kind.key, worker, n)
				request, err := http.NewRequestWithContext(context.Background(), kind.method, front+path, strings.NewReader("{}"))
				if err != nil {
					t.Error(err)
					return
				}
				if kind.key != "" {
					request.Header.Set("Idempotency-Key", path)
				}
				answer, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Errorf("%s %s: %v", kind.method, path, err)
					return
				}
				_ = answer.Body.Close()
				if answer.StatusCode != http.StatusNoContent {
					t.Errorf("%s %s: %d", kind.method, path, answer.StatusCode)
				}
				select {
				case <-stop:
					return
				case progress <- struct{}{}:
				default:
				}
			}
		})
	}
	more := func() {
		for range 40 {
			<-progress
		}
	}
	for range 5 {
		for _, each := range []*instance{one, two} {
			each.stop()
			more() // while it stops, and while it is gone
			require.NoError(t, <-each.ended)
			more()
			each.start(t)
			more()
		}
	}
	close(stop)
	working.Wait()
	for what, times := range came.came {
		if !strings.HasPrefix(what, http.MethodGet) {
			require.Equal(t, 1, times, what)
		}
	}
}

// A request aborted by the first instance is retried on the second. A write keeps its idempotency
// key there, the client's or nginx's, so that the second knows what the first has done; reads have
// none.
func TestAnAttemptAfterTheFirstHasItsName(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	came := map[string][]string{}
	breaks := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		came[r.Method+" "+r.URL.Path] = append(came[r.Method+" "+r.URL.Path], r.Header.Get("Idempotency-Key"))
		mu.Unlock()
		panic(http.ErrAbortHandler)
	})
	one := &instance{address: "127.0.0.2:0", handler: breaks}
	one.start(t)
	_, port, err := net.SplitHostPort(one.address)
	require.NoError(t, err)
	(&instance{address: "127.0.0.3:" + port, handler: breaks}).start(t)
	name := "larder.test:" + port
	front := testkit.NginxWith(t, testkit.Upstreams{CommandAPI: name, QueryAPI: name, FileService: name, Importer: name, GroceryApp: name},
		map[string]string{"LARDER_RESOLVER": testkit.NameServer(t)}).Plain
	given := map[string]bool{"": true}
	for _, c := range []struct{ method, key string }{
		{"GET", ""}, {"POST", ""}, {"PUT", ""}, {"DELETE", ""}, {"POST", "key"}, {"PUT", "key"}, {"DELETE", "key"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, front+"/api/"+c.method+c.key, nil)
		require.NoError(t, err)
		if c.key != "" {
			request.Header.Set("Idempotency-Key", c.key)
		}
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
		require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
		mu.Lock()
		names := came[c.method+" /api/"+c.method+c.key]
		mu.Unlock()
		require.Len(t, names, 2, "%s with key %q", c.method, c.key)
		require.Equal(t, names[0], names[1])
		if c.method == http.MethodGet || c.key != "" {
			require.Equal(t, c.key, names[0])
			continue
		}
		require.False(t, given[names[0]], "the name %q was given before", names[0])
		given[names[0]] = true
	}
}
