package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	reconcileCooks   = 20
	reconcileRecipes = 5_000 // of each
	reconcileTarget  = time.Minute
)

// BenchmarkReconcile is the whole command over 100,000 consistent recipes: the ledger against the
// stream and three views; and the rebuilds of their search index. It prints its own table.
func BenchmarkReconcile(b *testing.B) {
	server := larder.Start(b)
	lines, _ := larder.Lines(b, reconcileRecipes)
	file := larder.WriteLines(b, lines)
	for i := range reconcileCooks {
		name := fmt.Sprintf("cook%d", i)
		server.AddUser(b, name)
		server.MustRun(b, "", "import", "--user", name, file)
		server.CaughtUpWithin(b, 5*time.Minute)
	}
	const recipes = reconcileCooks * reconcileRecipes
	var took []time.Duration
	b.ResetTimer()
	for range rounds {
		began := time.Now()
		printed := server.MustRun(b, "", "reconcile", "--json").Stdout
		took = append(took, time.Since(began))
		var line struct {
			Result struct {
				Compared int `json:"compared"`
				Waiting  int `json:"waiting"`
			} `json:"result"`
		}
		require.NoError(b, json.Unmarshal([]byte(printed), &line), printed)
		require.Equal(b, recipes+reconcileCooks, line.Result.Compared)
		require.Zero(b, line.Result.Waiting)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(took).Seconds(), "reconcile-s")
	var t table
	t.add(figure{
		what:   fmt.Sprintf("reconcile of %d clean recipes, the whole command", recipes),
		larder: inSeconds(median(took)), target: "< 60 s", met: median(took) < reconcileTarget,
	})
	for _, rebuild := range []struct {
		what string
		args []string
	}{
		{"compared with the ledger before it serves", []string{"rebuild", "search"}},
		{"not compared", []string{"rebuild", "search", "--no-check"}},
	} {
		took = nil
		for range rounds {
			began := time.Now()
			server.MustRun(b, "", rebuild.args...)
			took = append(took, time.Since(began))
		}
		t.add(figure{
			what:   fmt.Sprintf("rebuild of the search index from %d recipes, %s", recipes, rebuild.what),
			larder: fmt.Sprintf("%s, %.0f documents a second", inSeconds(median(took)), recipes/median(took).Seconds()), met: true,
		})
	}
	require.NoError(b, t.write(os.Stdout))
	if missed := t.missed(); len(missed) > 0 {
		b.Errorf("targets missed: %q", missed)
	}
}
