package parts_test

import (
	"context"
	"encoding/binary"
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

// nameServer answers every question for an address with both 127.0.0.2 and 127.0.0.3, as Docker does for two instances.
func nameServer(t *testing.T) string {
	t.Helper()
	server, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		packet := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(packet)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(twoAddresses(packet[:n]), from)
		}
	}()
	return server.LocalAddr().String()
}

// twoAddresses is the answer to a question of the domain name system.
func twoAddresses(question []byte) []byte {
	const header, address = 12, 1
	end := header
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the end of the name, type, class
	answers := [][]byte{{127, 0, 0, 2}, {127, 0, 0, 3}}
	if binary.BigEndian.Uint16(question[end-4:]) != address {
		answers = nil
	}
	reply := append([]byte{}, question[:end]...)
	binary.BigEndian.PutUint16(reply[2:], 0x8180) // an answer, without an error
	binary.BigEndian.PutUint16(reply[6:], uint16(len(answers)))
	clear(reply[8:header])
	for _, a := range answers {
		reply = append(reply, 0xc0, header, 0, address, 0, 1, 0, 0, 0, 60, 0, 4) // the same name; for 60 s; four bytes
		reply = append(reply, a...)
	}
	return reply
}

// instance is one of two that serve a component, and is stopped as a process is.
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

// counted answers each request, and counts how often each came in.
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

// Of two instances one is stopped and started after the other, without a word to nginx, while cooks read and write: none is
// refused, and what has no Idempotency-Key comes in once.
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
	front := testkit.NginxWith(t, testkit.Upstreams{CommandAPI: name, QueryAPI: name, FileService: name, GroceryApp: name},
		map[string]string{"LARDER_RESOLVER": nameServer(t)}).Plain

	kinds := []struct{ method, key string }{{"GET", ""}, {"POST", ""}, {"POST", "key"}, {"PUT", "key"}, {"DELETE", "key"}}
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
		if !strings.Contains(what, "/key") && strings.HasPrefix(what, "POST") {
			require.Equal(t, 1, times, what)
		}
	}
}

// A replacement or a deletion without an Idempotency-Key is sent to one instance alone, whatever becomes of it there: with an
// If-Match the second would refuse what the first has done.
func TestAWriteWithoutAKeyIsSentOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	came := map[string]int{}
	breaks := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		came[r.Method+" "+r.URL.Path]++
		mu.Unlock()
		panic(http.ErrAbortHandler)
	})
	one := &instance{address: "127.0.0.2:0", handler: breaks}
	one.start(t)
	_, port, err := net.SplitHostPort(one.address)
	require.NoError(t, err)
	(&instance{address: "127.0.0.3:" + port, handler: breaks}).start(t)
	name := "larder.test:" + port
	front := testkit.NginxWith(t, testkit.Upstreams{CommandAPI: name, QueryAPI: name, FileService: name, GroceryApp: name},
		map[string]string{"LARDER_RESOLVER": nameServer(t)}).Plain
	for _, c := range []struct {
		method, key string
		times       int
	}{{"GET", "", 2}, {"POST", "", 1}, {"PUT", "", 1}, {"DELETE", "", 1}, {"POST", "key", 2}, {"PUT", "key", 2}, {"DELETE", "key", 2}} {
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
		require.Equal(t, c.times, came[c.method+" /api/"+c.method+c.key], "%s with key %q", c.method, c.key)
		mu.Unlock()
	}
}
