package httpserver_test

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/testkit"
)

// A caller who hangs up causes no warning, whatever the stores in use report, and counts as 499.
func TestCallerWhoHangsUp(t *testing.T) {
	t.Parallel()
	var log logBuffer
	quiet := slog.New(httpserver.QuietHangUps(log.logger(slog.LevelDebug).Handler()))
	registry := prometheus.NewRegistry()
	begun, ended := make(chan struct{}), make(chan context.Context, 1)
	engine := newEngine(t, httpserver.Options{Log: quiet, Metrics: registry})
	engine.GET("/search", func(c *gin.Context) {
		close(begun)
		<-c.Request.Context().Done()
		asked, cancel := context.WithCancel(context.WithoutCancel(c.Request.Context()))
		defer cancel()
		quiet.WarnContext(asked, "a store can't be asked")
		quiet.WarnContext(c, "no store can answer")
		_ = c.Error(errors.New("context canceled"))
		httpserver.WriteUnavailable(c, "No store can answer.", 0)
		ended <- c.Request.Context()
	})
	address, stop := serve(t, engine)
	ctx, hangUp := context.WithCancel(t.Context())
	go func() {
		<-begun
		hangUp()
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/search", nil)
	require.NoError(t, err)
	_, err = http.DefaultClient.Do(request)
	require.ErrorIs(t, err, context.Canceled)
	later := testkit.Wait(t, ended, "the end of the request")
	require.NoError(t, stop())
	require.Contains(t, log.String(), "status=499")
	require.Contains(t, log.String(), "no store can answer")
	require.NotContains(t, log.String(), "level=WARN")
	require.NotContains(t, log.String(), "level=ERROR")
	require.True(t, httpserver.HungUp(later), "for what goes on in its name")
}

// For a caller who waits, failures are logged, also after the answer.
func TestCallerWhoWaits(t *testing.T) {
	t.Parallel()
	var log logBuffer
	quiet := slog.New(httpserver.QuietHangUps(log.logger(slog.LevelInfo).Handler()))
	ended := make(chan context.Context, 1)
	engine := newEngine(t, httpserver.Options{Log: quiet})
	engine.GET("/search", func(c *gin.Context) {
		httpserver.WriteUnavailable(c, "No store can answer.", 0)
		ended <- context.WithoutCancel(c.Request.Context())
	})
	address, stop := serve(t, engine)
	answer, err := http.Get(address + "/search")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.NoError(t, stop())
	quiet.WarnContext(testkit.Wait(t, ended, "the end of the request"), "what was left is left to the sweep")
	require.Contains(t, log.String(), "level=ERROR")
	require.Contains(t, log.String(), "level=WARN")
}

// A long-lived stream is no slow request.
func TestEventStreamIsNotSlow(t *testing.T) {
	t.Parallel()
	var log logBuffer
	registry := prometheus.NewRegistry()
	engine := newEngine(t, httpserver.Options{Log: log.logger(slog.LevelDebug), Metrics: registry})
	engine.GET("/events", func(c *gin.Context) {
		defer httpserver.LongLived(c)()
		_, err := httpserver.OpenEventStream(c)
		require.NoError(t, err)
		<-c.Request.Context().Done()
	})
	address, stop := serve(t, engine)
	answer, err := http.Get(address + "/events")
	require.NoError(t, err)
	_, err = bufio.NewReader(answer.Body).ReadString('\n')
	require.NoError(t, err)
	testkit.Until(t, "a second has gone by, which is slow", slowly())
	require.NoError(t, answer.Body.Close())
	require.NoError(t, stop())
	require.Contains(t, log.String(), "route=/events")
	require.NotContains(t, log.String(), "level=WARN")
	families, err := registry.Gather()
	require.NoError(t, err)
	require.Empty(t, families)
}

// slowly lasts a little longer than the threshold for a slow request.
func slowly() func() bool {
	began := time.Now()
	return func() bool { return time.Since(began) > 1100*time.Millisecond }
}
