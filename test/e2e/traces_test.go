package e2e_test

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/proto"

	"larder.dev/test/larder"
)

// span has the fields that the test checks.
type span struct {
	service, version, name, trace, id, parent string
}

// receiver accepts OpenTelemetry traces over OTLP, like a collector.
type receiver struct {
	*httptest.Server

	mu    sync.Mutex
	spans []span
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if err := r.take(request); err != nil {
			t.Errorf("%s %s: %v", request.Method, request.URL, err)
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(request *http.Request) error {
	var body io.Reader = request.Body
	if request.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(request.Body)
		if err != nil {
			return err
		}
		body = unpacked
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	var export collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(content, &export); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, of := range export.GetResourceSpans() {
		for _, scope := range of.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				r.spans = append(r.spans, span{
					service: attribute(of.GetResource(), "service.name"), version: attribute(of.GetResource(), "service.version"),
					name: s.GetName(), trace: hex.EncodeToString(s.GetTraceId()),
					id: hex.EncodeToString(s.GetSpanId()), parent: hex.EncodeToString(s.GetParentSpanId()),
				})
			}
		}
	}
	return nil
}

func attribute(of *resource.Resource, key string) string {
	for _, a := range of.GetAttributes() {
		if a.GetKey() == key {
			return a.GetValue().GetStringValue()
		}
	}
	return ""
}

func (r *receiver) seen() []span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.spans)
}

// One request is one trace: a collector sees its path to each projection's, the grocery app's and
// the bridge's writes, each under its component's name and the build's version, and no probes.
func TestOneRequestIsOneTrace(t *testing.T) {
	t.Parallel()
	otlp := newReceiver(t)
	env := []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + otlp.URL, "OTEL_BSP_SCHEDULE_DELAY=20"}
	s := larder.Start(t, env...)
	posted := make(chan http.Header, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { posted <- r.Header }))
	t.Cleanup(hook.Close)
	startBridge(t, append(s.Env(), env...), "--grocery-nats-url", s.FeedURL(t), "--webhook-url", hook.URL)

	const made, asked = "4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"
	ada := s.AddUser(t, "ada", "--grocery")
	soup := larder.Named("Soup")
	soup["ingredients"] = []any{map[string]any{"text": "1 l stock"}}
	location := ada.Do(t, http.MethodPost, "/api/recipes", soup, "traceparent", "00-"+made+"-00f067aa0ba902b7-01").
		Want(t, http.StatusCreated).Header.Get("Location")
	ada.Do(t, http.MethodPost, location+"/grocery", map[string]any{}, "traceparent", "00-"+asked+"-00f067aa0ba902b7-01").
		Want(t, http.StatusAccepted)

	inTrace(t, otlp, made, map[string]string{
		"POST /api/recipes": "command-api", "publish recipe.created": "relay",
		"write search": "projectors", "write cache": "projectors", "write replica": "projectors",
	})
	handed := inTrace(t, otlp, asked, map[string]string{
		"POST /api/recipes/:id/grocery": "command-api", "publish grocery.requested": "relay",
		"write grocery": "projectors", "write list": "grocery-app", "write grocery-bridge-webhook": "grocery-bridge",
	})["write grocery-bridge-webhook"]
	require.Equal(t, "00-"+asked+"-"+handed.id+"-01", (<-posted).Get("Traceparent"), "the receiver can go on in it")

	var build struct {
		Version string `json:"version"`
	}
	require.NoError(t, json.Unmarshal([]byte(s.MustRun(t, "", "version", "--json").Stdout), &build))
	for _, one := range otlp.seen() {
		require.NotContains(t, strings.ToLower(one.name), "ping", one)
		require.NotEmpty(t, one.service, one)
		require.Equal(t, build.Version, one.version, one)
	}
}

// inTrace waits for the spans of a trace, each from its component, and returns them by name.
func inTrace(t *testing.T, otlp *receiver, trace string, want map[string]string) map[string]span {
	t.Helper()
	var found map[string]span
	larder.Soon(t, deadline, func() string {
		found = map[string]span{}
		for _, one := range otlp.seen() {
			if one.trace == trace {
				found[one.name] = one
			}
		}
		for name := range want {
			if _, there := found[name]; !there {
				return "no span " + name
			}
		}
		return ""
	})
	for name, service := range want {
		require.Equal(t, service, found[name].service, name)
		require.NotEmpty(t, found[name].parent, name)
	}
	return found
}

// startBridge runs `larder grocery-bridge` until the test ends.
func startBridge(t *testing.T, env []string, args ...string) {
	t.Helper()
	bridge := exec.CommandContext(t.Context(), larder.Binary(t), append([]string{"grocery-bridge", "--addr", "127.0.0.1:0"}, args...)...)
	bridge.Env, bridge.Stderr = env, t.Output()
	require.NoError(t, bridge.Start())
	t.Cleanup(func() { _ = bridge.Wait() }) // the test's context has ended it
}
