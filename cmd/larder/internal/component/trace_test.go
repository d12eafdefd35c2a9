package component_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"larder.dev/cmd/larder/internal/clients"
	"larder.dev/cmd/larder/internal/component"
	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/internal/cdn"
	"larder.dev/internal/identity"
	"larder.dev/internal/telemetry"
	"larder.dev/internal/testkit"
)

const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	traceParent  = "00-" + callersTrace + "-00f067aa0ba902b7-01"
	secret       = "Grandmother's secret rösti"
)

// One recipe is traced from its request through the ledger and the stream to each projection's
// write, in the caller's trace up to the stream, and by links beyond it; no span contains recipe
// data.
func TestTraceFollowsARecipeToEverySink(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	tracing, err := telemetry.New("test", sdktrace.WithSyncer(spans))
	require.NoError(t, err)
	host := newHost(t, tracing)
	url := serve(t, host)
	token := logIn(t, host)

	body := fmt.Sprintf(`{"name":%q,"ingredients":[{"text":"600 g potatoes"}]}`, secret)
	recipe := postTraced(t, url+"/api/recipes", token, body, http.StatusCreated)

	received := await(t, spans, "POST /api/recipes", inCallersTrace)
	require.Equal(t, "00f067aa0ba902b7", received.Parent.SpanID().String())
	published := await(t, spans, "publish recipe.created", inCallersTrace)
	require.Equal(t, received.SpanContext.SpanID(), published.Parent.SpanID(), "by way of the ledger's row")
	for _, view := range []string{"search", "cache", "replica"} {
		applied := await(t, spans, "apply "+view, linkedToCallersTrace)
		require.NotEqual(t, callersTrace, applied.SpanContext.TraceID().String(), "a link, not a parent")
		if view == "search" {
			continue // the embedded index creates no spans
		}
		await(t, spans, "", func(s tracetest.SpanStub) bool { return s.Parent.SpanID() == applied.SpanContext.SpanID() })
	}
	for _, view := range []string{"search", "cache", "replica"} {
		wrote := await(t, spans, "write "+view, inCallersTrace)
		require.Equal(t, received.SpanContext.SpanID(), wrote.Parent.SpanID(), "one trace from the request to each view")
	}

	postTraced(t, url+recipe+"/grocery", token, "{}", http.StatusAccepted)
	asked := await(t, spans, "POST /api/recipes/:id/grocery", inCallersTrace)
	for _, writer := range []string{"write grocery", "write list"} {
		wrote := await(t, spans, writer, inCallersTrace)
		require.Equal(t, asked.SpanContext.SpanID(), wrote.Parent.SpanID(), "one trace from the request to the shopping list")
		if writer == "write list" {
			row := await(t, spans, "", func(s tracetest.SpanStub) bool { return s.Parent.SpanID() == wrote.SpanContext.SpanID() })
			require.Equal(t, wrote.Resource, row.Resource, "the list's rows are the app's")
		}
	}

	services := map[string]bool{}
	for _, span := range spans.GetSpans() {
		require.NotContains(t, strings.ToLower(span.Name), "ping", "probes ask all day")
		name, found := span.Resource.Set().Value("service.name")
		require.True(t, found)
		services[name.AsString()] = true
		version, found := span.Resource.Set().Value("service.version")
		require.True(t, found)
		require.NotEmpty(t, version.AsString())
	}
	for _, component := range []string{"command-api", "relay", "projectors", "grocery-app"} {
		require.Contains(t, services, component)
	}
	written, err := json.Marshal(spans.GetSpans())
	require.NoError(t, err)
	require.NotContains(t, string(written), "secret")
	require.NotContains(t, string(written), "potatoes")
	require.NotContains(t, string(written), token)
}

// postTraced posts in the caller's trace, and returns the new resource's address, if any.
func postTraced(t *testing.T, url, token, body string, status int) (location string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Traceparent", traceParent)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, status, answer.StatusCode)
	return answer.Header.Get("Location")
}

// await returns the first span with the name, or any name, that satisfies wanted.
func await(t *testing.T, spans *tracetest.InMemoryExporter, name string, wanted func(tracetest.SpanStub) bool) tracetest.SpanStub {
	t.Helper()
	var found tracetest.SpanStub
	testkit.Until(t, "a span "+name, func() bool {
		for _, span := range spans.GetSpans() {
			if (name == "" || span.Name == name) && wanted(span) {
				found = span
				return true
			}
		}
		return false
	})
	return found
}

func inCallersTrace(s tracetest.SpanStub) bool {
	return s.SpanContext.TraceID().String() == callersTrace
}

func linkedToCallersTrace(s tracetest.SpanStub) bool {
	for _, link := range s.Links {
		if link.SpanContext.TraceID().String() == callersTrace {
			return true
		}
	}
	return false
}

// newHost returns a process's host with its stores.
func newHost(t *testing.T, tracing *telemetry.Tracing) *component.Host {
	t.Helper()
	nats := testkit.NATS(t)
	objects := testkit.ObjectsAt(t)
	signer := cdn.NewPlain("", []byte("a secret of thirty-two bytes, yes"))
	host := &component.Host{
		Files: component.Files{Signer: signer, Verify: signer},
		Clients: clients.New(clients.Options{
			Addresses: stores.Addresses{
				PostgresURL: testkit.Postgres(t, migrate), BackupPostgresURL: testkit.Postgres(t, migrate),
				S3Endpoint: objects.Endpoint, S3Bucket: objects.Bucket, S3AccessKey: objects.AccessKey, S3SecretKey: objects.SecretKey,
				NATSURL: nats.URL(), FeedNATSURL: nats.PublisherURL(), RedisURL: testkit.Redis(t),
				GroceryPostgresURL: testkit.Postgres(t, nil), FeedURL: nats.AppURL(),
			},
			Name: "test", SearchDir: t.TempDir(), Tracing: tracing, Log: testkit.Logger(t),
		}),
		Metrics: prometheus.NewRegistry(), Log: testkit.Logger(t),
	}
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	return host
}

// serve runs every component in one process, and returns its address.
func serve(t *testing.T, host *component.Host) (url string) {
	t.Helper()
	ctx := testkit.Context(t)
	process, err := component.Assemble(ctx, host, "test", nil, component.All()...)
	require.NoError(t, err)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	life, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- process.Serve(life, listener) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, testkit.Wait(t, ended, "the end of the process"))
	})
	require.NoError(t, process.Ready(ctx))
	return "http://" + listener.Addr().String()
}

func logIn(t *testing.T, host *component.Host) string {
	t.Helper()
	ctx := testkit.Context(t)
	pool, err := host.Postgres(ctx)
	require.NoError(t, err)
	redis, err := host.Redis(ctx)
	require.NoError(t, err)
	sessions := identity.NewSessions(redis)
	api, err := commandapi.New(commandapi.Deps{Pool: pool, Redis: redis, Sessions: sessions, Log: host.Log})
	require.NoError(t, err)
	user, err := api.Users().Add(ctx, commandapi.NewUser{Name: "ada", Password: "correct horse battery", Grocery: true})
	require.NoError(t, err)
	token, err := sessions.Create(ctx, identity.User{ID: user.ID, Name: user.Name, Grocery: true}, "test")
	require.NoError(t, err)
	return token
}

func migrate(ctx context.Context, url string) error {
	return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
}
