package bench

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// measureWriteSide is measureCreate where what a write triggers runs elsewhere: only command-api,
// with its Postgres and Redis, and neither a relay nor projections on the same cores.
func measureWriteSide(b *testing.B, t *table, parts *larder.Parts, users []cookOf) {
	b.Helper()
	others := []string{"projectors", "relay"}
	for _, other := range others {
		parts.Take(other).Stop(b)
	}
	defer func() {
		for _, other := range others {
			parts.Launch(b, other).Ready(b)
		}
	}()
	writers := make([]*larder.Client, workers)
	for i := range writers {
		writers[i] = users[i].At(b, parts.Part("command-api"))
	}
	body, err := json.Marshal(larder.MadeUp(7))
	require.NoError(b, err)
	sample, _ := writers[0].Create(b, body)
	bare := newBareWriter(b, parts.RunFile(b).PostgresURL, writers[0].User.ID, sample.ID)
	ours := func(worker int) error { return create(writers[worker], body) }
	theirs := func(worker int) error { return bare.create(b.Context(), writers[worker].User.ID) }
	result := compare(b, ours, theirs, func() {})
	bare.requireRows(b)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(result.ratio, "of-bare")
	t.add(figure{
		what:   fmt.Sprintf("recipes of 8 rows created a second by command-api alone, %d at once", workers),
		larder: fmt.Sprintf("%.0f", result.larder), bare: fmt.Sprintf("%.0f (pgx)", result.bare),
		ratio: fmt.Sprintf("%.2f", result.ratio), target: "≥ 0.5", met: result.ratio >= 0.5,
	})
}
