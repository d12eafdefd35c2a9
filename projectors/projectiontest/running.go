package projectiontest

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
	"larder.dev/projectors"
)

// Running runs a runner until stop, which the end of the test also calls.
func Running(tb testing.TB, runner *projectors.Runner) (stop func()) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			require.NoError(tb, testkit.Wait(tb, ended, "the end of the runner"))
		})
	}
	tb.Cleanup(stop)
	return stop
}
