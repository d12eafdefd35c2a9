package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	corpusSize  = 401
	manyRecipes = 10_000
	megabyte    = 1e6
)

// measureFolder measures what an operator notices of one data folder: the duration of an import,
// then the memory and start time with many recipes in it.
func measureFolder(b *testing.B, t *table) {
	b.Helper()
	server := larder.Start(b)
	imports := measureImports(b, server)
	imported := fill(b, server)
	var starts []time.Duration
	for range rounds {
		starts = append(starts, server.Restart(b))
		server.CaughtUp(b)
	}
	resident := search(b, server)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(imports.Seconds(), "import-s")
	b.ReportMetric(median(starts).Seconds(), "start-s")
	b.ReportMetric(resident, "resident-MB")
	t.add(figure{
		what:   fmt.Sprintf("import of %d recipes, the whole command", corpusSize),
		larder: inSeconds(imports), target: "< 5 s", met: imports < 5*time.Second,
	})
	t.add(figure{
		what:   fmt.Sprintf("`larder up` ready on a used folder (%d recipes)", manyRecipes),
		larder: inSeconds(median(starts)), target: "< 2 s", met: median(starts) < 2*time.Second,
	})
	t.add(figure{
		what:   fmt.Sprintf("resident with %d recipes, Postgres aside, restarted and searched", manyRecipes),
		larder: fmt.Sprintf("%.0f MB", resident), target: "< 150 MB", met: resident < 150,
	})
	t.add(figure{
		what:   fmt.Sprintf("the same right after %d of them were imported at once", manyRecipes-rounds*corpusSize),
		larder: fmt.Sprintf("%.0f MB", imported), target: "< 150 MB", met: imported < 150,
	})
}

// measureImports imports the same recipes for one new user after another.
func measureImports(b *testing.B, server *larder.Server) time.Duration {
	b.Helper()
	lines, source := larder.Lines(b, corpusSize)
	b.Logf("%d recipes are from %s", len(lines), source)
	file := larder.WriteLines(b, lines)
	var took []time.Duration
	for i := range rounds {
		name := fmt.Sprintf("cook%d", i)
		server.AddUser(b, name)
		began := time.Now()
		server.MustRun(b, "", "import", "--user", name, file)
		took = append(took, time.Since(began))
		server.CaughtUp(b)
	}
	return median(took)
}

// fill grows the folder to manyRecipes and returns the memory after that, in MB.
func fill(b *testing.B, server *larder.Server) float64 {
	b.Helper()
	server.AddUser(b, "ada")
	lines, _ := larder.Lines(b, manyRecipes)
	file := larder.WriteLines(b, lines[:manyRecipes-rounds*corpusSize])
	server.MustRun(b, "", "import", "--user", "ada", file)
	server.CaughtUp(b)
	return residentMemory(b, server.Process(b).PID())
}

// search uses the restarted server like a reader, and returns the memory after that, in MB.
func search(b *testing.B, server *larder.Server) float64 {
	b.Helper()
	ada := server.Login(b, "ada")
	for _, words := range []string{"", "soup", "pump", "lentl stew"} {
		for page := ada.Search(b, "q", words, "limit", "100"); page.Next != nil; {
			page = ada.Search(b, "q", words, "limit", "100", "cursor", *page.Next)
		}
	}
	return residentMemory(b, server.Process(b).PID())
}

// residentMemory is a process's VmRSS, in MB. It excludes the Postgres child.
func residentMemory(b *testing.B, pid int) float64 {
	b.Helper()
	mb, err := resident(pid)
	require.NoError(b, err)
	b.Logf("resident: %.0f MB", mb)
	return mb
}

// resident is residentMemory for any goroutine.
func resident(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(status), "VmRSS:")
	if !found {
		return 0, fmt.Errorf("process %d has no memory", pid)
	}
	kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	return kib * 1024 / megabyte, err
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func inMillis(d time.Duration) string { return fmt.Sprintf("%.1f ms", millis(d)) }

func inMicros(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }

func inSeconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
