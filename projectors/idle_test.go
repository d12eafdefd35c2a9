package projectors_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors/projectiontest"
)

// An idle projection only asks the server for the next messages: it measures nothing and creates no
// consumers.
func TestIdleProjectionAsksNothing(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	listener := dial(t, server.URL())
	var last atomic.Int64
	stop, err := listener.Subscribe("$JS.API.>", func(msg jetstream.Message) {
		if !strings.Contains(msg.Subject, ".MSG.NEXT.") {
			last.Store(time.Now().UnixNano())
		}
	})
	require.NoError(t, err)
	defer stop()
	view := newDiary()
	runner, end := start(t, conn, long, view)
	defer end()
	running(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 3)...)
	view.holds(t, 3)
	require.NotZero(t, last.Load(), "what is asked is seen")
	testkit.Until(t, "nothing is asked for five seconds, which are two looks and a half", func() bool {
		return time.Since(time.Unix(0, last.Load())) > 5*time.Second
	})
}
