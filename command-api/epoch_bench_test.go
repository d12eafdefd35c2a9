package commandapi_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/internal/testkit"
)

// BenchmarkEpochCheck measures what the epoch check costs a write: committing a ledger row with and
// without the trigger, in turns. It reports the medians in microseconds, and their ratio.
func BenchmarkEpochCheck(b *testing.B) {
	url := testkit.Postgres(b, func(ctx context.Context, url string) error {
		return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
	conn, err := pgx.Connect(b.Context(), url)
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close(context.WithoutCancel(b.Context())) })
	var with, without []time.Duration
	for b.Loop() {
		with = append(with, appended(b, conn, "ENABLE"))
		without = append(without, appended(b, conn, "DISABLE"))
	}
	w, wo := middle(with), middle(without)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(w.Nanoseconds())/1e3, "with-µs")
	b.ReportMetric(float64(wo.Nanoseconds())/1e3, "without-µs")
	b.ReportMetric(float64(w)/float64(wo), "ratio")
}

// appended returns the median time to commit one row.
func appended(b *testing.B, conn *pgx.Conn, trigger string) time.Duration {
	b.Helper()
	_, err := conn.Exec(b.Context(), `ALTER TABLE event_log `+trigger+` TRIGGER event_log_epoch`)
	require.NoError(b, err)
	var took []time.Duration
	for range 200 {
		began := time.Now()
		_, err := conn.Exec(b.Context(), `INSERT INTO event_log (event_id, user_id, type, schema_version, subject, version, change, time, data)
			VALUES (gen_random_uuid(), gen_random_uuid(), 'recipe.created', 1, gen_random_uuid()::text, 1, 1, now(), '{}')`)
		require.NoError(b, err)
		took = append(took, time.Since(began))
	}
	return middle(took[20:]) // the first ones include planning
}

func middle(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}
