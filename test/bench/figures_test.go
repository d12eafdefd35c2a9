// Package bench measures what the product promises, against the bare limit where there is one: the
// same work on the same servers, in the same run, without Larder. It drives the built binary from
// outside.
package bench

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMain is also the entry point of a second process: the bare HTTP server must not share one
// with the measuring client, since Larder doesn't.
func TestMain(m *testing.M) {
	if os.Getenv(bareRedisURL) != "" {
		if err := serveBare(); err != nil {
			fmt.Fprintln(os.Stderr, "bare server:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// BenchmarkFigures measures everything and prints one table. Run it with -benchtime 1x: each figure
// has its own rounds. Missing a target fails the run.
func BenchmarkFigures(b *testing.B) {
	var t table
	b.Run("create", func(b *testing.B) { measureCreate(b, &t) })
	b.Run("update", func(b *testing.B) { measureUpdate(b, &t) })
	b.Run("detail", func(b *testing.B) { measureDetail(b, &t) })
	b.Run("latency", func(b *testing.B) { measureLatency(b, &t) })
	b.Run("grocery", func(b *testing.B) { measureGrocery(b, &t) })
	b.Run("files", func(b *testing.B) { measureFiles(b, &t) })
	b.Run("folder", func(b *testing.B) { measureFolder(b, &t) })
	if b.Failed() {
		return // half a table could be mistaken for a whole one
	}
	require.NoError(b, t.write(os.Stdout))
	if missed := t.missed(); len(missed) > 0 {
		b.Errorf("targets missed: %q", missed)
	}
}
