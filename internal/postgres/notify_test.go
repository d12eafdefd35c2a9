package postgres

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Two notifications have a gap between them, also after a rest: what had gone by before the first counts for nothing.
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
			<-time.After(time.Minute) // by the clock of synctest
			notifier.Hint()
			synctest.Wait()
			notifier.Hint()
			<-time.After(time.Second) // by the clock of synctest
		}
		synctest.Wait()
		require.Len(t, sent, 10)
		for i := 1; i < len(sent); i++ {
			require.GreaterOrEqual(t, sent[i].Sub(sent[i-1]), notifyGap)
		}
	})
}
