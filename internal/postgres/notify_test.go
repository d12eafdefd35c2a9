package postgres

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Two notifications keep their gap, even after a pause: time before the first doesn't count.
func TestNotificationsKeepTheirGapAfterARest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent []time.Time
		notifier := NewNotifier(nil, "news", slog.New(slog.DiscardHandler))
		notifier.notify = func(context.Context, []string) error { sent = append(sent, time.Now()); return nil }
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go notifier.Run(ctx)
		for range 5 {
			<-time.After(time.Minute) // synctest's clock
			notifier.Hint()
			synctest.Wait()
			notifier.Hint()
			<-time.After(time.Second) // synctest's clock
		}
		synctest.Wait()
		require.Len(t, sent, 10)
		for i := 1; i < len(sent); i++ {
			require.GreaterOrEqual(t, sent[i].Sub(sent[i-1]), notifyGap)
		}
	})
}
