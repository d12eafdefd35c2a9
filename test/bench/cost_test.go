package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// costTurns is how many turns BenchmarkCost takes the median of, after one that isn't counted.
const costTurns = 7

// spenders names the columns.
func spenders() []string {
	return []string{"together", "larder", "primary", "backup", "postgres", "client"}
}

// BenchmarkCost prints the processor time of a create and of an update, by who spent it: medians of
// turns that end when every view has what was written. Unlike rates, it hardly depends on what else
// the machine does.
func BenchmarkCost(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("only Linux exposes other processes' times as files")
	}
	fmt.Fprintf(os.Stdout, "\n| core-ms of | together | larder | primary | backup | postgres | client | a second |\n"+
		"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	b.Run("create", func(b *testing.B) {
		server, users, body := startWriters(b)
		sample, _ := users[0].Create(b, body)
		bare := newBareWriter(b, server.RunFile(b).PostgresURL, users[0].User.ID, sample.ID)
		costs(b, server, "a create", func(worker int) error { return create(users[worker], body) })
		costs(b, server, "a bare create", func(worker int) error { return bare.create(b.Context(), users[worker].User.ID) })
	})
	b.Run("update", func(b *testing.B) {
		server, users, body := startWriters(b)
		editors := make([]editor, workers)
		for i, user := range users {
			created, _ := user.Create(b, body)
			editors[i] = editor{user: user, id: created.ID, version: created.Version}
			require.NoError(b, json.Unmarshal(body, &editors[i].recipe))
		}
		costs(b, server, "an update", func(worker int) error { return editors[worker].replace() })
	})
}

// costs prints one row.
func costs(b *testing.B, server *larder.Server, what string, do func(worker int) error) {
	b.Helper()
	parts, rates := map[string][]time.Duration{}, []float64{}
	for turn := range 1 + costTurns {
		server.CaughtUp(b)
		before, began := processorTime(b, server.Process(b).PID()), time.Now()
		perSecond := rate(b, roundTime, do)
		done := int(perSecond * time.Since(began).Seconds())
		server.CaughtUp(b)
		each := processorTime(b, server.Process(b).PID()).since(before, done)
		if turn == 0 {
			continue
		}
		each["together"] = each.sum()
		for _, who := range spenders() {
			parts[who] = append(parts[who], each[who])
		}
		rates = append(rates, perSecond)
	}
	fmt.Fprintf(os.Stdout, "| %s |", what)
	for _, who := range spenders() {
		fmt.Fprintf(os.Stdout, " %.3f |", millis(median(parts[who])))
	}
	fmt.Fprintf(os.Stdout, " %.0f |\n", median(rates))
}
