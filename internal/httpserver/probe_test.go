package httpserver_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/testkit"
)

// An older look that finishes after a newer one doesn't overwrite its result: otherwise a server
// that just reported ready would refuse requests.
func TestAnOldLookDoesNotHideWhatANewerOneFound(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	looks := 0
	probe := func(context.Context) error {
		looks++
		if looks > 1 {
			return nil
		}
		close(begun)
		<-end
		return errors.New("no tables yet")
	}
	probes := httpserver.NewProbes([]httpserver.Check{{Name: "schema", Probe: probe}}, testkit.Logger(t))
	old := make(chan struct{})
	go func() {
		defer close(old)
		probes.Look(t.Context())
	}()
	<-begun
	missing, _ := probes.Look(t.Context())
	require.Empty(t, missing)
	close(end)
	<-old
	require.False(t, probes.Missing(t.Context(), "schema"))
}

// However many ask at once whether a process is ready, its stores get one check at a time, and
// nobody gets a result from before they asked.
func TestWhoeverAsksAtOnceSharesALook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const asking = 50
		end := make(chan struct{})
		looks := 0
		probe := func(context.Context) error {
			looks++
			if looks > 1 {
				return nil
			}
			<-end
			return errors.New("not there yet")
		}
		probes := httpserver.NewProbes([]httpserver.Check{{Name: "postgres", Probe: probe}}, testkit.Logger(t))
		engine, err := httpserver.New(httpserver.Options{Log: testkit.Logger(t), Probes: probes})
		require.NoError(t, err)
		first, others := make(chan int, 1), make(chan int, asking)
		ask := func(answers chan<- int) {
			recorder := httptest.NewRecorder()
			engine.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", http.NoBody))
			answers <- recorder.Code
		}
		go ask(first)
		synctest.Wait()
		for range asking {
			go ask(others)
		}
		synctest.Wait()
		close(end)
		require.Equal(t, http.StatusServiceUnavailable, <-first)
		for range asking {
			require.Equal(t, http.StatusOK, <-others)
		}
		require.Equal(t, 2, looks)
	})
}
