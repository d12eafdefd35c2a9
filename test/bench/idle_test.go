package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	// restFirst is how long a larder is left idle before it is observed idleLooks times, for
	// idleFor each.
	restFirst = 30 * time.Second
	idleLooks = 3
	idleFor   = 40 * time.Second
)

// BenchmarkIdle measures how much of a core an unused `larder up` takes: the time of each of its
// threads, and of PostgreSQL's processes, including those that began and ended meanwhile. It prints
// its own table.
func BenchmarkIdle(b *testing.B) {
	server := larder.Start(b)
	lines, _ := larder.Lines(b, corpusSize)
	server.AddUser(b, "ada")
	server.MustRun(b, "", "import", "--user", "ada", larder.WriteLines(b, lines))
	server.CaughtUp(b)
	time.Sleep(restFirst) //nolint:forbidigo // nothing signals that nothing happens
	pid := server.Process(b).PID()
	fmt.Fprintf(os.Stdout, "\n| idle for | larder | PostgreSQL | together | times that a thread of larder woke, a second |\n| --- | ---: | ---: | ---: | ---: |\n")
	for range idleLooks {
		before, woken := idleTime(b, pid)
		began := time.Now()
		time.Sleep(idleFor) //nolint:forbidigo // as above
		after, wokenAfter := idleTime(b, pid)
		passed := time.Since(began)
		share := func(t time.Duration) string { return fmt.Sprintf("%.3f %%", 100*t.Seconds()/passed.Seconds()) }
		used := after.since(before, 1)
		fmt.Fprintf(os.Stdout, "| %s | %s | %s | %s | %.1f |\n", passed.Round(time.Second), share(used["larder"]), share(used["postgres"]),
			share(used.sum()), float64(wokenAfter-woken)/passed.Seconds())
	}
}

// idleTime is what larder and its PostgreSQL have spent, to the nanosecond, and how often a larder
// thread was scheduled.
func idleTime(b *testing.B, pid int) (spent, int64) {
	b.Helper()
	total := spent{}
	var woken int64
	total["larder"], woken = scheduled(b, pid)
	for _, postmaster := range childrenOf(b, pid) {
		of, _ := scheduled(b, postmaster)
		total["postgres"] += of + timeOfEnded(b, postmaster)
		for _, server := range childrenOf(b, postmaster) {
			of, _ := scheduled(b, server)
			total["postgres"] += of
		}
	}
	return total, woken
}

// scheduled is how long a process's threads ran, and how often.
func scheduled(b *testing.B, pid int) (ran time.Duration, times int64) {
	b.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	require.NoError(b, err)
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if os.IsNotExist(err) {
			continue // it has ended
		}
		require.NoError(b, err)
		var running, waiting, slices int64
		_, err = fmt.Sscan(string(text), &running, &waiting, &slices)
		require.NoError(b, err)
		ran += time.Duration(running)
		times += slices
	}
	return ran, times
}

// timeOfEnded is the time of a process's terminated children.
func timeOfEnded(b *testing.B, pid int) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(b, err)
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int
	for _, field := range fields[13:15] { // cutime and cstime
		value, err := strconv.Atoi(field)
		require.NoError(b, err)
		ticks += value
	}
	return time.Duration(ticks) * clockTick
}
