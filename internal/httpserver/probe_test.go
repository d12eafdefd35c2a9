package httpserver_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/testkit"
)

// A look that was begun while a thing was missing and is done after a newer one found it doesn't make it missing again:
// requests were refused by a server that had just said it was ready.
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
