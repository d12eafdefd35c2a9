package httpserver_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/testkit"
)

const origin = "https://larder.example"

func newEngine(t testing.TB, options httpserver.Options) *gin.Engine {
	t.Helper()
	if options.Log == nil {
		options.Log = testkit.Logger(t)
	}
	engine, err := httpserver.New(options)
	require.NoError(t, err)
	return engine
}

// call sends a request to a handler. headers are name, value, name, value.
func call(handler http.Handler, method, address, body string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, address, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

// problem reads an answer that must be a problem, with all required members.
func problem(t testing.TB, answer *httptest.ResponseRecorder, status int) map[string]any {
	t.Helper()
	require.Equal(t, status, answer.Code, answer.Body.String())
	require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
	require.Equal(t, "no-store", answer.Header().Get("Cache-Control"))
	var members map[string]any
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &members))
	require.EqualValues(t, status, members["status"])
	require.Equal(t, http.StatusText(status), members["title"])
	require.Equal(t, "about:blank", members["type"])
	require.Equal(t, "urn:request:"+answer.Header().Get("X-Request-Id"), members["instance"])
	return members
}

// logBuffer captures log lines.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBuffer) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: level}))
}

// Unknown paths and methods are problems too.
func TestNoRouteAndNoMethod(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{})
	engine.GET("/thing", func(c *gin.Context) { c.Status(http.StatusOK) })
	problem(t, call(engine, http.MethodGet, "/nothing", ""), http.StatusNotFound)
	answer := call(engine, http.MethodDelete, "/thing", "")
	members := problem(t, answer, http.StatusMethodNotAllowed)
	require.Equal(t, "GET", answer.Header().Get("Allow"))
	require.Equal(t, "This address takes GET.", members["detail"])
}

// Every answer has an id, and tells browsers not to sniff its type.
func TestHeaders(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{})
	engine.GET("/thing", func(c *gin.Context) { c.String(http.StatusOK, httpserver.RequestID(c)) })
	answer := call(engine, http.MethodGet, "/thing", "")
	require.NotEmpty(t, answer.Body.String())
	for name, want := range map[string]string{
		"X-Request-Id": answer.Body.String(), "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Cache-Control": "private, no-cache", "Referrer-Policy": "same-origin",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		require.Equal(t, want, answer.Header().Get(name), name)
	}
}

// A request keeps its own id, unless it would be unsafe in a log.
func TestRequestID(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{})
	answer := call(engine, http.MethodGet, "/nothing", "", "X-Request-Id", "a-1_b.c")
	require.Equal(t, "a-1_b.c", answer.Header().Get("X-Request-Id"))
	for _, id := range []string{"a b", "a\tb", "ä", strings.Repeat("a", 65), `a"b`} {
		got := call(engine, http.MethodGet, "/nothing", "", "X-Request-Id", id).Header().Get("X-Request-Id")
		require.NotEqual(t, id, got)
		require.NotEmpty(t, got)
	}
}

// A problem has the standard's members, its own, and the wrong fields.
func TestProblemMembers(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{})
	engine.GET("/thing", func(c *gin.Context) {
		c.Header("ETag", `"7"`)
		httpserver.WriteProblem(c, httpserver.Problem{
			Type: "https://larder.example/problems/stale", Title: "Stale", Status: http.StatusPreconditionFailed,
			Detail: "Somebody was faster.", Instance: "urn:x",
			Errors: []httpserver.FieldError{{Field: "a[0].b", Detail: "is missing"}},
			Extra:  map[string]any{"current_version": 7, "status": "never this one"},
		})
	})
	answer := call(engine, http.MethodGet, "/thing", "")
	require.JSONEq(t, `{"type":"https://larder.example/problems/stale","title":"Stale","status":412,
		"detail":"Somebody was faster.","instance":"urn:x","errors":[{"field":"a[0].b","detail":"is missing"}],
		"current_version":7}`, answer.Body.String())
	require.Empty(t, answer.Header().Get("Etag"))
	require.EqualError(t, httpserver.Problem{Status: 404, Detail: "Gone."}, "404 Not Found: Gone.")
}

// A member that can't be encoded doesn't take the rest of the problem with it.
func TestProblemWithAnImpossibleMember(t *testing.T) {
	t.Parallel()
	answer := httptest.NewRecorder()
	httpserver.WriteProblemTo(answer, httpserver.Problem{Status: 409, Extra: map[string]any{"x": make(chan int)}})
	require.JSONEq(t, `{"type":"about:blank","title":"Conflict","status":409}`, answer.Body.String())
}

// A panic is a 500 without details; the log has them all.
func TestPanic(t *testing.T) {
	t.Parallel()
	var log logBuffer
	engine := newEngine(t, httpserver.Options{Log: log.logger(slog.LevelInfo)})
	engine.GET("/thing", func(*gin.Context) { panic("the inside") })
	engine.GET("/late", func(c *gin.Context) {
		c.String(http.StatusOK, "begun")
		panic("too late")
	})
	engine.GET("/abort", func(*gin.Context) { panic(http.ErrAbortHandler) })
	answer := call(engine, http.MethodGet, "/thing", "")
	problem(t, answer, http.StatusInternalServerError)
	require.NotContains(t, answer.Body.String(), "inside")
	require.Contains(t, log.String(), "the inside")
	require.Contains(t, log.String(), "server_test.go", "the stack")
	require.Contains(t, log.String(), answer.Header().Get("X-Request-Id"))

	require.Equal(t, "begun", call(engine, http.MethodGet, "/late", "").Body.String())
	require.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { call(engine, http.MethodGet, "/abort", "") })
}

// The access log names route and id, but no search terms and no credentials.
func TestAccessLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	var log logBuffer
	engine := newEngine(t, httpserver.Options{Log: log.logger(slog.LevelDebug), Component: "query-api"})
	engine.GET("/things/:id", func(c *gin.Context) {
		_ = c.Error(errors.New("the cause"))
		c.Status(http.StatusServiceUnavailable)
	})
	call(engine, http.MethodGet, "/things/17?q=aphrodisiac", "", "Authorization", "Bearer sesame", "Cookie", "larder_session=sesame")
	call(engine, http.MethodGet, "/signed/sesame", "")
	for _, want := range []string{"component=query-api", "route=/things/:id", "id=17", "status=503", "level=ERROR", `error="the cause"`, "route=none"} {
		require.Contains(t, log.String(), want)
	}
	require.NotContains(t, log.String(), "aphrodisiac")
	require.NotContains(t, log.String(), "sesame")
}

// Successes, a stranger's failed lookups, and conflicts with another device are only logged at
// debug level.
func TestAccessLogLevels(t *testing.T) {
	t.Parallel()
	var log logBuffer
	engine := newEngine(t, httpserver.Options{Log: log.logger(slog.LevelInfo)})
	engine.GET("/fine", func(c *gin.Context) { c.Status(http.StatusNoContent) })
	engine.GET("/wrong", func(c *gin.Context) { c.Status(http.StatusBadRequest) })
	call(engine, http.MethodGet, "/fine", "")
	engine.GET("/stale", func(c *gin.Context) { c.Status(http.StatusPreconditionFailed) })
	call(engine, http.MethodGet, "/nothing", "")
	call(engine, http.MethodGet, "/stale", "")
	require.Empty(t, log.String())
	call(engine, http.MethodGet, "/wrong", "")
	require.Contains(t, log.String(), "status=400")
}

// Requests are counted by route and not by path, for every engine of a program.
func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	first := newEngine(t, httpserver.Options{Metrics: registry, Component: "command-api"})
	second := newEngine(t, httpserver.Options{Metrics: registry, Component: "query-api"})
	for _, engine := range []*gin.Engine{first, second} {
		engine.GET("/things/:id", func(c *gin.Context) { c.Status(http.StatusNoContent) })
		call(engine, http.MethodGet, "/things/17", "")
		call(engine, "BREW", "/things/18", "")
		call(engine, http.MethodGet, "/a/stranger/came/by", "")
	}
	probes := newEngine(t, httpserver.Options{Metrics: registry, Probes: httpserver.NewProbes(nil, testkit.Logger(t))})
	text := call(probes, http.MethodGet, "/metrics", "").Body.String()
	for _, want := range []string{
		`larder_http_request_seconds_count{component="command-api",method="GET",route="/things/:id",status="204"} 1`,
		`larder_http_request_seconds_count{component="query-api",method="GET",route="none",status="404"} 1`,
		`method="other"`,
	} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "stranger")
	require.Equal(t, http.StatusNotFound, call(newProbes(t, testkit.Logger(t)), http.MethodGet, "/metrics", "").Code)
}

func newProbes(t *testing.T, log *slog.Logger, checks ...httpserver.Check) *gin.Engine {
	t.Helper()
	return newEngine(t, httpserver.Options{Log: log, Probes: httpserver.NewProbes(checks, log)})
}

// If either of two dependencies suffices, one is enough, and the other is named.
func TestReadyWithOneOfTwo(t *testing.T) {
	t.Parallel()
	fine := func(context.Context) error { return nil }
	away := func(context.Context) error { return errors.New("dial") }
	two := func(a, b func(context.Context) error) *httptest.ResponseRecorder {
		return call(newProbes(t, testkit.Logger(t), httpserver.Check{Name: "postgres", Instead: "backup", Probe: a},
			httpserver.Check{Name: "backup", Instead: "postgres", Probe: b}), http.MethodGet, "/readyz", "")
	}
	require.JSONEq(t, `{"status":"ready","degraded":["backup"]}`, two(fine, away).Body.String())
	require.JSONEq(t, `{"status":"ready","degraded":["postgres"]}`, two(away, fine).Body.String())
	require.Equal(t, "Not ready: missing postgres, backup.", problem(t, two(away, away), http.StatusServiceUnavailable)["detail"])
}

// A component names what it lacks. Missing optional dependencies leave it ready.
func TestReadiness(t *testing.T) {
	t.Parallel()
	var log logBuffer
	fine := func(context.Context) error { return nil }
	away := func(context.Context) error { return errors.New("dial postgres://larder:secret@db") }
	slow := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

	ready := newProbes(t, log.logger(slog.LevelInfo),
		httpserver.Check{Name: "postgres", Probe: fine}, httpserver.Check{Name: "search", Optional: true, Probe: away})
	answer := call(ready, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusOK, answer.Code)
	require.JSONEq(t, `{"status":"ready","degraded":["search"]}`, answer.Body.String())
	require.JSONEq(t, `{"status":"ok"}`, call(ready, http.MethodGet, "/healthz", "").Body.String())

	missing := newProbes(t, log.logger(slog.LevelInfo), httpserver.Check{Name: "postgres", Probe: away},
		httpserver.Check{Name: "redis", Probe: fine}, httpserver.Check{Name: "nats", Probe: slow})
	answer = call(missing, http.MethodGet, "/readyz", "")
	members := problem(t, answer, http.StatusServiceUnavailable)
	require.Equal(t, "Not ready: missing postgres, nats.", members["detail"])
	require.Equal(t, []any{"postgres", "nats"}, members["missing"])
	require.NotContains(t, answer.Body.String(), "secret")
	require.Equal(t, http.StatusOK, call(missing, http.MethodGet, "/healthz", "").Code)
}

// One web origin may call with the cookie, others may not, and callers without one always may.
func TestCORS(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{Origin: origin})
	engine.GET("/thing", func(c *gin.Context) { c.Status(http.StatusOK) })
	engine.PUT("/thing", func(c *gin.Context) { c.Status(http.StatusOK) })

	answer := call(engine, http.MethodGet, "/thing", "", "Origin", origin)
	require.Equal(t, origin, answer.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "true", answer.Header().Get("Access-Control-Allow-Credentials"))
	require.Contains(t, answer.Header().Get("Access-Control-Expose-Headers"), "Larder-After")
	require.Equal(t, "Origin", answer.Header().Get("Vary"))

	preflight := []string{"Origin", origin, "Access-Control-Request-Method", "PUT"}
	answer = call(engine, http.MethodOptions, "/thing", "", preflight...)
	require.Equal(t, http.StatusNoContent, answer.Code)
	require.Contains(t, answer.Header().Get("Access-Control-Allow-Methods"), "PUT")
	require.Contains(t, answer.Header().Get("Access-Control-Allow-Headers"), "If-Match")

	for _, other := range []string{"https://evil.example", "http://larder.example", "https://larder.example:444", "null", "https://larder.example.evil.example"} {
		answer = call(engine, http.MethodGet, "/thing", "", "Origin", other)
		require.Empty(t, answer.Header().Get("Access-Control-Allow-Origin"), other)
		preflight[1] = other
		answer = call(engine, http.MethodOptions, "/thing", "", preflight...)
		problem(t, answer, http.StatusForbidden)
		require.Empty(t, answer.Header().Get("Access-Control-Allow-Origin"), other)
	}
	_, err := httpserver.New(httpserver.Options{Origin: "larder.example/app"})
	require.ErrorContains(t, err, "https://larder.example")
}

// Another site's page can't write with the browser's cookie. Programs and our own pages can.
func TestCrossSiteWrite(t *testing.T) {
	t.Parallel()
	done := false
	engine := newEngine(t, httpserver.Options{Origin: origin})
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		engine.Handle(method, "/thing", func(c *gin.Context) { done = true })
	}
	for name, c := range map[string]struct {
		headers []string
		refused bool
	}{
		"a program":                    {nil, false},
		"our own page":                 {[]string{"Sec-Fetch-Site", "same-origin"}, false},
		"the admitted origin":          {[]string{"Sec-Fetch-Site", "cross-site", "Origin", origin}, false},
		"another site":                 {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, true},
		"another site without a name":  {[]string{"Sec-Fetch-Site", "cross-site"}, true},
		"a neighbour":                  {[]string{"Sec-Fetch-Site", "same-site", "Origin", "https://x.larder.example"}, true},
		"another site, an old browser": {[]string{"Origin", "https://evil.example"}, true},
		"a sandboxed page":             {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, true},
	} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
			done = false
			answer := call(engine, method, "/thing", "", c.headers...)
			require.Equal(t, !c.refused, done, "%s by %s", method, name)
			if c.refused {
				problem(t, answer, http.StatusForbidden)
			}
		}
	}
}

// A body over the limit is a 413 that states the limit, whether its length was declared or not.
func TestBodyLimit(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{MaxBody: 10})
	engine.POST("/thing", func(c *gin.Context) {
		body, err := io.ReadAll(c.Request.Body)
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			c.Status(http.StatusTeapot) // the handler sees the error
			return
		}
		c.String(http.StatusOK, string(body))
	})
	require.Equal(t, "0123456789", call(engine, http.MethodPost, "/thing", "0123456789").Body.String())
	members := problem(t, call(engine, http.MethodPost, "/thing", "0123456789a"), http.StatusRequestEntityTooLarge)
	require.EqualValues(t, 10, members["limit"])

	request := httptest.NewRequest(http.MethodPost, "/thing", io.MultiReader(strings.NewReader("0123456789a")))
	request.ContentLength = -1
	answer := httptest.NewRecorder()
	engine.ServeHTTP(answer, request)
	require.Equal(t, http.StatusTeapot, answer.Code)
}

// A URL that isn't text never reaches a handler.
func TestAddressMustBeText(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{})
	engine.GET("/things/:id", func(c *gin.Context) { c.String(http.StatusOK, c.Query("q")) })
	for _, address := range []string{"/things/%00", "/things/%ff", "/things/a%0Ab", "/things/1?q=%zz", "/things/1?a=1;b=2", "/things/1?%00=1"} {
		problem(t, call(engine, http.MethodGet, address, ""), http.StatusBadRequest)
	}
	for _, address := range []string{"/things/1?q=%00", "/things/1?q=%ff", "/things/1?q=%1b", "/things/1?q=a&q=%c2%85"} {
		members := problem(t, call(engine, http.MethodGet, address, ""), http.StatusBadRequest)
		require.Equal(t, "q", members["errors"].([]any)[0].(map[string]any)["field"], address)
	}
	require.Equal(t, "jalapeño 🌶", call(engine, http.MethodGet, "/things/1?q=jalape%C3%B1o+%F0%9F%8C%B6", "").Body.String())
}

// A handler's context has the deadline, also if gin's context is passed on instead.
func TestDeadline(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{Timeout: time.Minute})
	engine.GET("/thing", func(c *gin.Context) {
		deadline, ok := c.Deadline()
		require.True(t, ok)
		require.WithinDuration(t, time.Now().Add(time.Minute), deadline, 10*time.Second)
		defer httpserver.LongLived(c)()
		_, ok = c.Request.Context().Deadline()
		require.False(t, ok, "a stream has none")
		require.NoError(t, c.Request.Context().Err())
	})
	require.Equal(t, http.StatusOK, call(engine, http.MethodGet, "/thing", "").Code)
}

// serve runs a server on a free port until stop is called, which returns Serve's error.
func serve(t *testing.T, handler http.Handler) (address string, stop func() error) {
	t.Helper()
	listener, err := httpserver.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- httpserver.Serve(ctx, listener, handler, testkit.Logger(t)) }()
	t.Cleanup(cancel)
	return "http://" + listener.Addr().String(), func() error {
		cancel()
		return testkit.Wait(t, served, "the end of the server")
	}
}

// A stopping server lets an answer finish, and accepts no new requests.
func TestServeStopsInOrder(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	engine := newEngine(t, httpserver.Options{})
	engine.GET("/thing", func(c *gin.Context) {
		close(begun)
		<-goOn
		require.NoError(t, c.Request.Context().Err())
		c.String(http.StatusOK, "whole")
	})
	address, stop := serve(t, engine)
	answers := make(chan string, 1)
	go func() {
		answer, err := http.Get(address + "/thing")
		if err != nil {
			answers <- err.Error()
			return
		}
		defer func() { _ = answer.Body.Close() }()
		body, _ := io.ReadAll(answer.Body)
		answers <- string(body)
	}()
	testkit.Wait(t, begun, "the request")
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	testkit.Until(t, "no new request is taken", func() bool {
		answer, err := http.Get(address + "/healthz")
		if err == nil {
			_ = answer.Body.Close()
		}
		return err != nil
	})
	close(goOn)
	require.Equal(t, "whole", testkit.Wait(t, answers, "the answer"))
	require.NoError(t, testkit.Wait(t, stopped, "the end of the server"))
}

// A stream outlives the deadline, and ends when the server stops or the caller leaves.
func TestStreams(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 2)
	engine := newEngine(t, httpserver.Options{Timeout: time.Millisecond})
	engine.GET("/stream", func(c *gin.Context) {
		<-c.Request.Context().Done() // the deadline, which a stream removes
		defer httpserver.LongLived(c)()
		_, _ = c.Writer.WriteString("begun\n")
		c.Writer.Flush()
		<-c.Request.Context().Done()
		ended <- c.Request.Context().Err()
	})
	address, stop := serve(t, engine)
	open := func(ctx context.Context) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/stream", nil)
		require.NoError(t, err)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		t.Cleanup(func() { _ = answer.Body.Close() })
		line, err := bufio.NewReader(answer.Body).ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "begun\n", line)
	}
	ctx, goAway := context.WithCancel(t.Context())
	open(ctx)
	goAway()
	require.ErrorIs(t, testkit.Wait(t, ended, "the stream ends with its caller"), context.Canceled)
	open(t.Context())
	require.NoError(t, stop())
	require.ErrorIs(t, testkit.Wait(t, ended, "the stream ends with the server"), context.Canceled)
}

// A taken port gives one clear line.
func TestListenOnAnOccupiedPort(t *testing.T) {
	t.Parallel()
	listener, err := httpserver.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	address := listener.Addr().String()
	_, err = httpserver.Listen(t.Context(), address)
	require.EqualError(t, err, "the address "+address+" is occupied by another program: stop it, or choose another with --addr or LARDER_ADDR")
	_, err = httpserver.Listen(t.Context(), "nonsense")
	require.ErrorContains(t, err, "open the address nonsense")
}

// Limits hold on a real connection too: an endless body is cut off.
func TestBodyLimitOverTheNetwork(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{MaxBody: 1000})
	engine.POST("/thing", func(c *gin.Context) {
		_, err := io.Copy(io.Discard, c.Request.Body)
		require.Error(t, err)
		httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusRequestEntityTooLarge})
	})
	address, _ := serve(t, engine)
	answer, err := http.Post(address+"/thing", "text/plain", io.MultiReader(strings.NewReader(strings.Repeat("a", 5000))))
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
}

// Only configured proxies are trusted about the caller's address.
func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		proxies []string
		want    string
	}{{nil, "192.0.2.1"}, {[]string{"192.0.2.0/24"}, "203.0.113.9"}} {
		engine := newEngine(t, httpserver.Options{TrustedProxies: c.proxies})
		engine.GET("/address", func(c *gin.Context) { c.String(http.StatusOK, c.ClientIP()) })
		require.Equal(t, c.want, call(engine, http.MethodGet, "/address", "", "X-Forwarded-For", "203.0.113.9").Body.String())
	}
	_, err := httpserver.New(httpserver.Options{TrustedProxies: []string{"nonsense"}})
	require.Error(t, err)
}

// The delay is in whole seconds, and at least one.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]string{
		0: "1", time.Millisecond: "1", time.Second: "1", 1500 * time.Millisecond: "2", time.Minute: "60", -time.Second: "1",
	} {
		require.Equal(t, want, httpserver.RetryAfter(after))
	}
}

// writer is a minimal response writer.
type writer struct{ header http.Header }

func (w *writer) Header() http.Header            { return w.header }
func (w *writer) Write(body []byte) (int, error) { return len(body), nil }
func (w *writer) WriteHeader(int)                {}

// BenchmarkShell measures the cost of everything around a handler.
func BenchmarkShell(b *testing.B) {
	handle := func(c *gin.Context) { c.Status(http.StatusOK) }
	bare := gin.New()
	bare.GET("/things/:id", handle)
	var log logBuffer
	shell, err := httpserver.New(httpserver.Options{Log: log.logger(slog.LevelInfo), Metrics: prometheus.NewRegistry(), Origin: origin})
	require.NoError(b, err)
	shell.GET("/things/:id", handle)
	checked, err := httpserver.New(httpserver.Options{Log: log.logger(slog.LevelInfo), Metrics: prometheus.NewRegistry(), Origin: origin})
	require.NoError(b, err)
	checked.Use(validation(b))
	checked.GET("/things/:id", handle)
	for name, engine := range map[string]*gin.Engine{"bare": bare, "shell": shell, "shell and validation": checked} {
		b.Run(name, func(b *testing.B) {
			request := httptest.NewRequest(http.MethodGet, "/things/0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55", nil)
			b.ReportAllocs()
			for b.Loop() {
				engine.ServeHTTP(&writer{header: http.Header{}}, request)
			}
		})
	}
}
