package larder

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// StartStack is StartParts with the APIs and the file service as the functions of the stack created
// by deploy/check/serverless_stack.py, behind that stack's API Gateway.
func StartStack(tb testing.TB) *Parts {
	tb.Helper()
	address := os.Getenv("LARDER_TEST_GATEWAY")
	require.NotEmpty(tb, address, "LARDER_TEST_GATEWAY is not set: make test-deploy sets it")
	var names map[string]string // of the functions, by component
	require.NoError(tb, json.Unmarshal([]byte(os.Getenv("LARDER_TEST_FUNCTIONS")), &names))
	p := NewParts(tb)
	p.Migrate(tb)
	p.names = []string{"projectors", "relay", "grocery-app"}
	p.functions = map[string]*Function{}
	gateway := gatewayOf(tb, address, os.Getenv("LARDER_TEST_GATEWAY_HOST"))
	for component, name := range names {
		configure(tb, address+"/2015-03-31/functions/"+name, p.envOfFunction(tb, component))
		p.functions[component] = &Function{URL: gateway}
	}
	p.Start(tb)
	return p
}

// gatewayOf returns the address of a proxy that calls API Gateway by the host name of its API.
func gatewayOf(tb testing.TB, address, host string) string {
	tb.Helper()
	target, err := url.Parse(address)
	require.NoError(tb, err)
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = host
	}})
	tb.Cleanup(proxy.Close)
	return proxy.URL
}

// configure gives a function its stores like a stack update: the variables, a version with them,
// and the gateway's alias pointing to it.
func configure(tb testing.TB, function string, env []string) {
	tb.Helper()
	variables := map[string]string{}
	for _, entry := range env {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "LARDER_") {
			variables[name] = value
		}
	}
	lambda(tb, http.MethodPut, function+"/configuration", map[string]any{"Environment": map[string]any{"Variables": variables}})
	published := lambda(tb, http.MethodPost, function+"/versions", map[string]any{})
	lambda(tb, http.MethodPut, function+"/aliases/live", map[string]any{"FunctionVersion": published["Version"]})
}

func lambda(tb testing.TB, method, address string, body any) map[string]any {
	tb.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(tb, err)
	request, err := http.NewRequestWithContext(tb.Context(), method, address, bytes.NewReader(encoded)) //nolint:gosec // on loopback
	require.NoError(tb, err)
	answer, err := (&http.Client{Timeout: 30 * time.Second}).Do(request) //nolint:gosec // on loopback
	require.NoError(tb, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(tb, err)
	require.Less(tb, answer.StatusCode, http.StatusBadRequest, "%s %s: %s", method, address, text)
	var given map[string]any
	require.NoError(tb, json.Unmarshal(text, &given), string(text))
	return given
}
