package telemetry_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/telemetry"
)

// summed returns a log, a function for what was written since the last call, and one that ends it.
func summed() (log *slog.Logger, written func() []string, end func()) {
	var out bytes.Buffer
	repeats := telemetry.NewRepeats(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: slog.LevelInfo,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	return slog.New(repeats), func() []string {
		synctest.Wait()
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		out.Reset()
		return lines
	}, repeats.Close
}

func pass(d time.Duration) { <-time.After(d) } // synctest's clock

// In an outage the first line of a kind is written at once, then one a minute with the count, and
// none once it is over.
func TestAnOutageIsOneLineAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, written, end := summed()
		defer end()
		for i := range 2143 { // for two and a half minutes
			log.Warn("the cache can't be asked", "user", i)
			pass(70 * time.Millisecond)
		}
		pass(5 * time.Minute)
		require.Equal(t, []string{
			`level=WARN msg="the cache can't be asked" user=0`,
			`level=WARN msg="the cache can't be asked" user=857 times=857`,
			`level=WARN msg="the cache can't be asked" user=1714 times=857`,
			`level=WARN msg="the cache can't be asked" user=2142 times=428`,
		}, written())
		log.Warn("the cache can't be asked", "user", "ada")
		require.Equal(t, []string{`level=WARN msg="the cache can't be asked" user=ada`}, written(), "the next outage is told of at once")
	})
}

// Level, message, component and what is missing distinguish kinds; lines below warnings all pass.
func TestEachKindIsToldOf(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, written, end := summed()
		defer end()
		for range 2 {
			log.Info("ready")
			log.Warn("away", "missing", "redis")
			log.Warn("away", "missing", "nats")
			log.Error("away", "missing", "nats")
			log.With("component", "relay").Warn("away", "missing", "nats")
			log.WithGroup("g").Warn("away", "missing", "nats")
		}
		require.Len(t, written(), 7)
	})
}

// A pending count is written when the program ends.
func TestTheCountIsWrittenAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, written, end := summed()
		for range 3 {
			log.Error("no")
		}
		end()
		require.Equal(t, []string{`level=ERROR msg=no`, `level=ERROR msg=no times=2`}, written())
	})
}

// An unlimited variety of messages doesn't take unlimited memory.
func TestKindsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, written, end := summed()
		defer end()
		for i := range 3000 {
			log.Warn("away", "missing", i)
		}
		require.Len(t, written(), 3000)
	})
}
