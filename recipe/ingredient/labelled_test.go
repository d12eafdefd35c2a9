package ingredient_test

import (
	_ "embed"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/recipe/ingredient"
)

//go:embed testdata/lines.tsv
var labelled string

// fields are the columns of the labelled lines after the line itself.
var fields = []string{"quantity", "unit", "name", "note", "second"} //nolint:gochecknoglobals // a table, never written to

// floors are the minimum accuracies in percent: per field, and for lines with all fields right.
// They are slightly below the current values, and rise with them.
var floors = map[string]float64{ //nolint:gochecknoglobals // a table, never written to
	"quantity": 99, "unit": 99, "name": 98, "note": 98, "second": 99, "line": 97,
}

// score counts the lines of a set, and the correct ones by field.
type score struct {
	set   string
	right map[string]int
	lines int
}

// The rules agree with most labels that people gave to lines, field by field to the letter.
func TestLabelledLines(t *testing.T) {
	t.Parallel()
	var scores []score
	for row := range strings.Lines(labelled) {
		if set, begins := strings.CutPrefix(row, "# set "); begins {
			scores = append(scores, score{set: strings.TrimSpace(set), right: map[string]int{}})
		}
		if strings.HasPrefix(row, "#") {
			continue
		}
		scores[len(scores)-1].count(t, strings.Split(strings.TrimSuffix(row, "\n"), "\t"))
	}
	require.Len(t, scores, 3)
	for _, s := range scores {
		t.Logf("%d %s:", s.lines, s.set)
		for _, field := range append(fields, "line") {
			share := 100 * float64(s.right[field]) / float64(s.lines)
			t.Logf("%-8s %5.1f %% right", field, share)
			require.GreaterOrEqual(t, share, floors[field], "share of %s", field)
		}
	}
}

// count compares a labelled row with the parse of its line.
func (s *score) count(t *testing.T, columns []string) {
	t.Helper()
	require.Len(t, columns, 1+len(fields), "row %q", columns)
	s.lines++
	got, wrong := columnsOf(ingredient.Parse(columns[0])), []string{}
	for i, field := range fields {
		if got[i] == columns[i+1] {
			s.right[field]++
			continue
		}
		wrong = append(wrong, field+" "+strconv.Quote(got[i])+" for "+strconv.Quote(columns[i+1]))
	}
	if len(wrong) == 0 {
		s.right["line"]++
	} else {
		t.Logf("%q: %s", columns[0], strings.Join(wrong, ", "))
	}
}

// columnsOf formats a parsed line like the labels.
func columnsOf(p ingredient.Parsed) []string {
	second := ""
	if s := p.Second; s != nil {
		second = strings.TrimSpace(string(s.Relation) + " " + numbers(&s.Quantity, s.QuantityMax) + " " + s.Unit)
	}
	return []string{numbers(p.Quantity, p.QuantityMax), p.Unit, p.Name, p.Note, second}
}

func numbers(from, upper *float64) string {
	if from == nil {
		return ""
	}
	text := short(*from)
	if upper != nil {
		text += "-" + short(*upper)
	}
	return text
}

// short writes four decimals, so that a third is 0.3333.
func short(v float64) string {
	text := strconv.FormatFloat(v, 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
