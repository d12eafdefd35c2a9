package httpserver_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/testkit"
)

// A few ranges of a file are served, as a PDF reader asks for them; thousands are refused, in one
// header or several, inside and outside an engine.
func TestRanges(t *testing.T) {
	t.Parallel()
	content := func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "a.bin", time.Time{}, bytes.NewReader(make([]byte, 1<<20)))
	}
	engine := newEngine(t, httpserver.Options{})
	engine.GET("/", gin.WrapF(content))
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- httpserver.Serve(ctx, listener, http.HandlerFunc(content), testkit.Logger(t)) }()
	defer func() {
		stop()
		require.NoError(t, <-served)
	}()
	for ranges, want := range map[string]int{
		"bytes=0-1":         http.StatusPartialContent,
		"bytes=0-1,5-6,9-9": http.StatusPartialContent,
		"bytes=" + strings.Repeat("0-0,", 15) + "0-0":     http.StatusPartialContent,
		"bytes=" + strings.Repeat("0-0,", 16) + "0-0":     http.StatusRequestedRangeNotSatisfiable,
		"bytes=" + strings.Repeat("0-0,", 5000) + "0-0":   http.StatusRequestedRangeNotSatisfiable,
		"bytes=" + strings.Repeat(" ,\t", 5000) + "7-":    http.StatusRequestedRangeNotSatisfiable,
		"seconds=" + strings.Repeat("1-2,", 5000) + "1-2": http.StatusRequestedRangeNotSatisfiable,
	} {
		answer := call(engine, http.MethodGet, "/", "", "Range", ranges)
		require.Equal(t, want, answer.Code, "%.40s", ranges)
		if want != http.StatusPartialContent {
			require.EqualValues(t, 16, problem(t, answer, want)["limit"])
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+"/", nil)
		require.NoError(t, err)
		request.Header.Set("Range", ranges)
		beside, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, beside.Body)
		require.NoError(t, beside.Body.Close())
		require.Equal(t, want, beside.StatusCode, "%.40s", ranges)
	}
}
