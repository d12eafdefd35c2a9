package attack

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const heading = "| attack | the victim's | quiet p50, p99 | attacked p50, p99 | of at most | failed | the attacker got |\n" +
	"| --- | --- | ---: | ---: | ---: | ---: | --- |\n"

// row is the result for one of the victim's acts.
type row struct {
	attack   string
	act      string
	quiet    sample
	attacked sample
	answers  map[int]int
}

// limit is the highest acceptable p99 under attack.
func (r row) limit() time.Duration { return max(worsening*r.quiet.at(99), noise) }

func (r row) missed() bool { return r.attacked.at(99) > r.limit() }

// String formats the row for the table.
func (r row) String() string {
	verdict := ""
	if r.missed() || len(r.attacked.failed) > 0 {
		verdict = " **missed**"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s%s | %d of %d | %s |\n", r.attack, r.act, r.quiet.millis(), r.attacked.millis(),
		millis(r.limit()), verdict, len(r.attacked.failed), len(r.attacked.took), r.got())
}

// got returns the attacker's answers, by status.
func (r row) got() string {
	var texts []string
	for _, status := range slices.Sorted(maps.Keys(r.answers)) {
		name := fmt.Sprint(status)
		if status == 0 {
			name = "none"
		}
		texts = append(texts, fmt.Sprintf("%s: %d", name, r.answers[status]))
	}
	return strings.Join(texts, ", ")
}

func (s sample) millis() string { return millis(s.at(50)) + ", " + millis(s.at(99)) }

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// table collects the rows of a run's trials.
type table struct {
	mu     sync.Mutex
	rows   []row
	beside []string // tables in another format
}

func (t *table) add(r row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, r)
}

func (t *table) say(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.beside = append(t.beside, text)
}

func (t *table) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var text strings.Builder
	if len(t.rows) > 0 {
		text.WriteString("\n" + heading)
	}
	for _, row := range t.rows {
		text.WriteString(row.String())
	}
	for _, other := range t.beside {
		text.WriteString("\n" + other)
	}
	return text.String()
}

//nolint:gochecknoglobals // one table for the trials of a run, which TestMain prints
var report table

// TestMain prints the trials' results after the last of them.
func TestMain(m *testing.M) {
	code := m.Run()
	if len(report.rows) > 0 || len(report.beside) > 0 {
		_, _ = fmt.Fprintln(os.Stdout, report.String())
	}
	os.Exit(code)
}
