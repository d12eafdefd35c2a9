package bench

import (
	"fmt"
	"testing"
	"time"

	"larder.dev/test/larder"
)

const (
	// bulkDocuments is the size of the bare load's requests: their overhead is negligible.
	bulkDocuments = 2000
	// rebuiltRecipes is more than the other measurements need: with few, the command's own start
	// dominates.
	rebuiltRecipes = 100_000
)

// measureRebuild is the whole command that builds the index of 100,000 recipes and more from the
// stream, beside the serving one, and swaps, against the same documents, encoded beforehand, sent
// to a new index in bulk.
func measureRebuild(b *testing.B, t *table, parts *larder.Parts) {
	b.Helper()
	lines, _ := larder.Lines(b, rebuiltRecipes-manyUsersTotal)
	parts.AddUser(b, "collector")
	parts.MustRun(b, "", "import", "--user", "collector", larder.WriteLines(b, lines))
	parts.CaughtUpWithin(b, startPatience)
	stores := parts.RunFile(b)
	elastic := newBareElastic(stores.ElasticsearchURL, stores.ElasticsearchAlias)
	requests, documents := elastic.bulks(b, bulkDocuments)
	var ours, bare, ratios []float64
	for range rounds {
		began := time.Now()
		parts.MustRun(b, "", "rebuild", "search", "--no-check")
		l := float64(documents) / time.Since(began).Seconds()
		r := float64(documents) / elastic.load(b, requests).Seconds()
		b.Logf("larder %.0f/s, bare %.0f/s, ratio %.2f", l, r, l/r)
		ours, bare, ratios = append(ours, l), append(bare, r), append(ratios, l/r)
	}
	ratio := median(ratios)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ratio, "of-bare")
	t.add(figure{
		what:   fmt.Sprintf("documents a second of `larder rebuild search`, %d of them, the whole command", documents),
		larder: fmt.Sprintf("%.0f", median(ours)), bare: fmt.Sprintf("%.0f (bulk load)", median(bare)),
		ratio: fmt.Sprintf("%.2f", ratio), target: "≥ 0.7", met: ratio >= 0.7,
	})
}
