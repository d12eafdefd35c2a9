package stores_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
)

// Limits on how much all attacks on a server, 17 MB together, may make the process allocate, and
// the number of strangers' connections it survives.
const (
	allocatedBound = 256 << 20
	strangers      = 200
)

// No input without a login crashes an embedded server or its process, or fills its memory; and
// connections that send nothing, or half a message, don't lock anybody out.
//
//nolint:paralleltest // it measures what the process allocates
func TestHostileBytesAtEveryServer(t *testing.T) {
	ctx := testkit.Context(t)
	log := slog.New(slog.DiscardHandler)
	opened, err := stores.Open(ctx, stores.Options{Dir: t.TempDir(), Log: log})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, opened.Close()) })
	web := listen(t)
	attacks := testkit.HostileBytes()
	for _, server := range []struct {
		name, network, address string
		alive                  func(t *testing.T)
	}{
		{"postgres", "unix", filepath.Join(parameter(t, opened.PostgresURL, "host"), ".s.PGSQL.5432"), func(t *testing.T) {
			t.Helper()
			require.Equal(t, "1", ask(t, opened.PostgresURL, `SELECT 1`))
		}},
		{"redis", "unix", parsed(t, opened.RedisURL).Path, func(t *testing.T) {
			t.Helper()
			client, err := redis.Open(ctx, opened.RedisURL)
			require.NoError(t, err)
			require.NoError(t, client.Ping(ctx))
			require.NoError(t, client.Close())
		}},
		{"nats", "tcp", parsed(t, opened.NATSURL).Host, func(t *testing.T) {
			t.Helper()
			conn, err := jetstream.Connect(ctx, jetstream.Options{URL: opened.NATSURL, Name: "test", Log: log})
			require.NoError(t, err)
			defer conn.Close()
			testkit.Until(t, "NATS to answer", func() bool { return conn.Ready() == nil })
		}},
		{"larder", "tcp", web, func(t *testing.T) {
			t.Helper()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+web, http.NoBody)
			require.NoError(t, err)
			answer, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Equal(t, http.StatusNoContent, answer.StatusCode)
		}},
	} {
		t.Run(server.name, func(t *testing.T) {
			server.alive(t)
			before := allocated()
			var sending sync.WaitGroup
			for _, attack := range attacks {
				sending.Go(func() { send(t, server.network, server.address, attack) })
			}
			sending.Wait()
			took := allocated() - before
			t.Logf("%d MiB were allocated", took>>20)
			require.Less(t, took, uint64(allocatedBound))
			for i := range strangers {
				conn, err := (&net.Dialer{}).DialContext(ctx, server.network, server.address)
				if err != nil {
					continue // it accepts no more of them
				}
				t.Cleanup(func() { _ = conn.Close() })
				_, _ = conn.Write([]byte(attacks[i%len(attacks)][:i%3]))
			}
			server.alive(t)
		})
	}
}

// listen returns the address of Larder's own HTTP server.
func listen(t *testing.T) string {
	t.Helper()
	listener, err := httpserver.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	life, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	go func() { ended <- httpserver.Serve(life, listener, handler, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, testkit.Wait(t, ended, "the end of the server"))
	})
	return listener.Addr().String()
}

// send sends text, closes its side, and waits until the server has closed the connection.
func send(t *testing.T, network, address, text string) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), network, address)
	if err != nil {
		t.Errorf("connect to say %.40q: %v", text, err)
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = conn.Write([]byte(text)) // the server may have refused the beginning
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_, _ = io.Copy(io.Discard, conn)
}

// allocated returns the bytes allocated since the process began.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

func parsed(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u
}

func parameter(t *testing.T, address, name string) string {
	t.Helper()
	return parsed(t, address).Query().Get(name)
}
