//go:build day

package faults_test

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	outage = 2 * time.Minute
	rests  = time.Minute
	// atMost is one line at once and one a minute, plus one for the last minute, written at the
	// end.
	atMost = int(outage/time.Minute) + 2
)

// The log of a two-minute outage is readable: under load one line per kind and minute, with their
// number, and none when idle.
//
//nolint:paralleltest // it measures this machine during this minute
func TestOutageLog(t *testing.T) {
	stores := dependencies(t, true)
	parts := startOn(t, stores)
	w := newWatch(t, parts)
	for _, c := range w.cooks {
		c.every = dayEvery
	}
	var table strings.Builder
	table.WriteString("\n| what | requests | refused | lines | kinds | of one kind |\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	defer func() { t.Log(table.String()) }()

	parts.CaughtUp(t)
	log := readFrom(parts)
	wait(t, rests)
	quiet := log.lines()
	fmt.Fprintf(&table, "| a minute at rest | 0 | 0 | %d | | |\n", len(quiet))
	require.Empty(t, quiet)
	for _, name := range slices.Sorted(maps.Keys(stores)) {
		f := stores[name].stopped()
		t.Run(f.what, func(t *testing.T) {
			parts.CaughtUpWithin(t, 2*time.Minute)
			log := readFrom(parts)
			f.allowed = without(name)
			stop := w.begin(f)
			defer stop()
			f.begin(t)
			wait(t, outage)
			f.end(t)
			w.writing(t)
			stop()
			parts.CaughtUpWithin(t, 2*time.Minute)
			lines, kinds := log.lines(), map[string]int{}
			for _, line := range lines {
				t.Log(line)
				require.NotContains(t, line, "messages dropped", "what waits in a client waits there, however long")
				kinds[kindOfLine(line)]++
			}
			most := slices.MaxFunc(slices.Collect(maps.Keys(kinds)), func(a, b string) int { return cmp.Compare(kinds[a], kinds[b]) })
			tally := w.sum()
			fmt.Fprintf(&table, "| %s for %s | %d | %d | %d | %d | %d |\n", f.what, outage, tally.requests, tally.refused,
				len(lines), len(kinds), kinds[most])
			require.LessOrEqual(t, kinds[most], atMost, most)
		})
	}
}

// logReader reads what the processes log from now on.
type logReader struct {
	parts *larder.Parts
	from  map[string]int // previous length of each one's output
}

func readFrom(parts *larder.Parts) *logReader {
	r := &logReader{parts: parts, from: map[string]int{}}
	for _, name := range parts.Names() {
		r.from[name] = len(parts.Part(name).Output())
	}
	return r
}

// lines returns all processes' lines, with the process's name.
func (r *logReader) lines() (all []string) {
	for _, name := range r.parts.Names() {
		for line := range strings.Lines(r.parts.Part(name).Output()[r.from[name]:]) {
			if line = strings.TrimSpace(line); line != "" {
				all = append(all, name+": "+line)
			}
		}
	}
	return all
}

var (
	lineParts  = regexp.MustCompile(`^(\S+): .*?(level=\S+ msg=(?:"(?:[^"\\]|\\.)*"|\S+))(.*)`)
	kindsParts = regexp.MustCompile(` (?:component|missing|panic|projection|status|subject)=(?:"(?:[^"\\]|\\.)*"|\S+)`)
)

// kindOfLine is what an operator considers the same: the process, the message, and its subject.
func kindOfLine(line string) string {
	found := lineParts.FindStringSubmatch(line)
	if found == nil {
		return line
	}
	return found[1] + " " + found[2] + strings.Join(kindsParts.FindAllString(found[3], -1), "")
}
