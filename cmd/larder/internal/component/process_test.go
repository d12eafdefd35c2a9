package component

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"larder.dev/cmd/larder/internal/clients"
	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/cdn"
	"larder.dev/internal/testkit"
)

func answering(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, name) })
}

// who returns the name of the component that answers a request.
func who(handler http.Handler, method, path string, headers ...string) string {
	request := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Body.String()
}

// Reads go to the query API, others under /api to the command API, and everything else to the
// pages; so do preflights. The probes are the process's.
func TestSurfaceRoutesByMethod(t *testing.T) {
	t.Parallel()
	surface := surface([]part{
		{Component: &Component{Handler: answering("query"), Takes: takesReads}},
		{Component: &Component{Handler: answering("command"), Takes: takesWrites}},
		{Component: &Component{}}, // like the relay, which has no API
	}, answering("probes"), answering("pages"))
	for request, want := range map[string]string{
		"GET /api/recipes": "query", "HEAD /api/recipes/x": "query", "POST /api/recipes": "command",
		"PUT /api/recipes/x": "command", "DELETE /api/session": "command", "BREW /api/recipes": "command",
		"GET /": "pages", "GET /apifaces": "pages", "POST /": "pages",
		"GET /healthz": "probes", "GET /readyz": "probes", "GET /metrics": "probes",
	} {
		method, path, _ := strings.Cut(request, " ")
		require.Equal(t, want, who(surface, method, path), request)
	}
	require.Equal(t, "query", who(surface, "OPTIONS", "/api/recipes", "Access-Control-Request-Method", "GET"))
	require.Equal(t, "command", who(surface, "OPTIONS", "/api/recipes", "Access-Control-Request-Method", "PUT"))
}

// A single component gets every request: whatever is in front has already routed it.
func TestOneComponentGetsAll(t *testing.T) {
	t.Parallel()
	alone := surface([]part{{Component: &Component{Handler: answering("query"), Takes: takesReads}}}, answering("probes"), answering("none"))
	require.Equal(t, "query", who(alone, "POST", "/anything"))
	require.Equal(t, "probes", who(alone, "GET", "/readyz"))
}

// hostOf is a process whose stores all have an address where nothing listens.
func hostOf(t *testing.T) *Host {
	t.Helper()
	testSigner := cdn.NewPlain("", []byte("a secret of thirty-two bytes, yes"))
	host := &Host{
		Files: Files{Signer: testSigner, Verify: testSigner},
		Clients: clients.New(clients.Options{Addresses: stores.Addresses{
			PostgresURL:       "postgres://larder@127.0.0.1:1/larder",
			BackupPostgresURL: "postgres://larder@127.0.0.1:1/backup",
			NATSURL:           "nats://127.0.0.1:1",
			FeedNATSURL:       "nats://127.0.0.1:1",
			RedisURL:          "redis://127.0.0.1:1",
			S3Endpoint:        "http://127.0.0.1:1", S3Bucket: "larder",
		}, Name: "test", SearchDir: t.TempDir(), Log: testkit.Logger(t)}),
		Metrics: prometheus.NewRegistry(), Log: testkit.Logger(t),
	}
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	return host
}

// Assembling contacts no server; the whole needs what any part needs, each once, by name.
func TestAssembleAsksNobody(t *testing.T) {
	t.Parallel()
	process, err := Assemble(t.Context(), hostOf(t), "larder", nil, All()...)
	require.NoError(t, err)
	missing, _ := process.probes.Look(t.Context())
	require.ElementsMatch(t, []string{
		"postgres", "backup postgres", "nats", "nats of the grocery feed", "redis", "grocery postgres", "grocery app's nats",
		"object store",
	}, missing)
	require.Contains(t, who(process.handler, "GET", "/readyz"), "backup postgres")
	require.Contains(t, who(process.handler, "GET", "/healthz"), "ok")
}

// A request before the tables exist gets a 503 with Retry-After, not a database error.
func TestRequestsWaitForTheTables(t *testing.T) {
	t.Parallel()
	host := hostOf(t)
	host.PostgresURL = testkit.Postgres(t, nil)
	process, err := Assemble(t.Context(), host, "command-api", nil, CommandAPI())
	require.NoError(t, err)
	recorder := httptest.NewRecorder()
	process.handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/api/recipes", nil))
	require.Equal(t, http.StatusServiceUnavailable, recorder.Code)
	require.Equal(t, "1", recorder.Header().Get("Retry-After"))
	require.Contains(t, recorder.Body.String(), "laid out")
}

// Work that waits for its stores ends without an error when the process is stopped.
func TestEndWhileWaiting(t *testing.T) {
	t.Parallel()
	process, err := Assemble(t.Context(), hostOf(t), "relay", nil, Relay())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- process.work(ctx) }()
	cancel()
	require.NoError(t, testkit.Wait(t, ended, "the end of the process"))
}

// The table in docs/servers.md lists what each component needs and uses.
func TestPageSaysWhatEachNeeds(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "servers.md"))
	require.NoError(t, err)
	for _, kind := range All() {
		cells := []string{"`" + kind.Name + "`"}
		for _, store := range []stores.Store{stores.Postgres, stores.Backup, stores.NATS, stores.Redis, stores.Elasticsearch} {
			cells = append(cells, has(kind, store))
		}
		require.Contains(t, string(page), "| "+strings.Join(cells, " | ")+" |")
	}
}

func has(kind Kind, store stores.Store) string {
	switch {
	case slices.Contains(kind.Needs, store):
		return "needs"
	case slices.Contains(kind.Uses, store):
		return "uses"
	default:
		return ""
	}
}

// An unknown projection is refused with a list of the known ones.
func TestProjectorsOfAName(t *testing.T) {
	t.Parallel()
	kind, err := Projectors("cache", "grocery")
	require.NoError(t, err)
	require.Equal(t, []stores.Store{stores.NATS, stores.Redis, stores.Feed}, kind.Needs)
	_, err = Projectors("cache", "soup")
	require.ErrorContains(t, err, `"soup"`)
	require.ErrorContains(t, err, "search, cache, replica, grocery")
}
