package larder

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Function is an API run as by AWS Lambda, in Lambda's own runtime emulator, with a gateway in
// front that converts requests to events like API Gateway (HTTP API, payload format 2.0).
type Function struct {
	URL string

	name    string
	address string // the emulator's
	output  *transcript
	command *exec.Cmd
	mu      sync.Mutex // a Lambda process handles one event at a time
}

// StartFunctions is StartParts with the two APIs as Lambda functions. LARDER_TEST_LAMBDA_RIE is the
// emulator.
func StartFunctions(tb testing.TB) *Parts {
	tb.Helper()
	p := NewParts(tb)
	p.Migrate(tb)
	p.names = []string{"projectors", "relay", "file-service", "grocery-app"}
	p.functions = map[string]*Function{}
	for _, name := range []string{"command-api", "query-api"} {
		p.functions[name] = StartFunction(tb, name, p.envOfFunction(tb, name))
	}
	p.Start(tb)
	return p
}

// Function returns the function with that name.
func (p *Parts) Function(name string) *Function { return p.functions[name] }

// StartFunction starts one function's emulator. The first event starts the function itself.
func StartFunction(tb testing.TB, name string, env []string) *Function {
	tb.Helper()
	emulator := os.Getenv("LARDER_TEST_LAMBDA_RIE")
	require.NotEmpty(tb, emulator, "LARDER_TEST_LAMBDA_RIE is not set: make test-deploy sets it")
	f := &Function{name: name, address: freeAddress(tb), output: &transcript{}}
	command := exec.Command(emulator, "--runtime-interface-emulator-address", f.address,
		"--runtime-api-address", freeAddress(tb), Binary(tb), "lambda", name)
	command.Env = append(slices.Clone(env), "AWS_LAMBDA_FUNCTION_TIMEOUT=30", "AWS_LAMBDA_FUNCTION_NAME="+name)
	command.Stdout, command.Stderr = f.output, f.output
	require.NoError(tb, command.Start())
	f.command = command
	tb.Cleanup(func() {
		f.End()
		if tb.Failed() {
			tb.Logf("%s said:\n%s", name, f.output)
		}
	})
	Soon(tb, startTimeout, func() string {
		conn, err := (&net.Dialer{}).DialContext(tb.Context(), "tcp", f.address)
		if err != nil {
			return "the emulator of " + name + " doesn't listen"
		}
		_ = conn.Close()
		return ""
	})
	gateway := httptest.NewServer(f)
	tb.Cleanup(gateway.Close)
	f.URL = gateway.URL
	return f
}

// End ends the emulator and with it the function.
func (f *Function) End() {
	_ = f.command.Process.Signal(os.Interrupt)
	_ = f.command.Wait()
}

func freeAddress(tb testing.TB) string {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// Write makes the transcript an io.Writer for a program's output.
func (t *transcript) Write(text []byte) (int, error) {
	t.add(strings.TrimSuffix(string(text), "\n"))
	return len(text), nil
}

// ServeHTTP is the gateway.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, err := eventOf(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	given, _, err := f.Invoke(r.Context(), event)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	var answer struct {
		StatusCode      int               `json:"statusCode"` //nolint:tagliatelle // Lambda's spelling
		Headers         map[string]string `json:"headers"`
		Cookies         []string          `json:"cookies"`
		Body            string            `json:"body"`
		IsBase64Encoded bool              `json:"isBase64Encoded"` //nolint:tagliatelle // Lambda's spelling
	}
	if err := json.Unmarshal(given, &answer); err != nil || answer.StatusCode == 0 {
		http.Error(w, "the function answered "+string(given), http.StatusBadGateway)
		return
	}
	for name, value := range answer.Headers {
		w.Header().Set(name, value)
	}
	for _, cookie := range answer.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	body := []byte(answer.Body)
	if answer.IsBase64Encoded {
		body, _ = base64.StdEncoding.DecodeString(answer.Body)
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(body)
}

// Invoke sends the function an event, and returns its answer and the time it took.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, time.Duration, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	request, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost,
		"http://"+f.address+"/2015-03-31/functions/function/invocations", bytes.NewReader(event))
	if err != nil {
		return nil, 0, err
	}
	began := time.Now()
	answer, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		return nil, 0, fmt.Errorf("invoke %s: %w", f.name, err)
	}
	defer func() { _ = answer.Body.Close() }()
	given, err := io.ReadAll(answer.Body)
	return given, time.Since(began), err
}

func eventOf(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	headers := map[string]string{"host": r.Host, "x-forwarded-proto": "http"}
	var cookies []string
	for name, values := range r.Header {
		if name == "Cookie" {
			cookies = strings.Split(strings.Join(values, "; "), "; ")
			continue
		}
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return json.Marshal(map[string]any{
		"version": "2.0", "routeKey": "$default", "rawPath": r.URL.EscapedPath(), "rawQueryString": r.URL.RawQuery,
		"cookies": cookies, "headers": headers, "body": base64.StdEncoding.EncodeToString(body), "isBase64Encoded": true,
		"requestContext": map[string]any{
			"domainName": r.Host, "http": map[string]any{"method": r.Method, "path": r.URL.Path, "sourceIp": "127.0.0.1"},
		},
	})
}
