package found

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"larder.dev/events"
)

// MaxHeading is the maximum length of a group's name, in characters.
const MaxHeading = 80

// Rows returns the ingredients of lines, grouped under the headings among them.
func Rows(lines ...string) []events.Ingredient {
	rows := make([]events.Ingredient, 0, len(lines))
	for _, line := range lines {
		if line = Line(line); line != "" {
			rows = append(rows, events.Ingredient{Text: line})
		}
	}
	return UnderHeadings(rows)
}

// UnderHeadings removes lines that name a group ("For the sauce:") from the list and makes them the
// section of what follows.
func UnderHeadings(rows []events.Ingredient) []events.Ingredient {
	kept := make([]events.Ingredient, 0, len(rows))
	section := ""
	for _, row := range rows {
		row.Text = twiceBracketed.ReplaceAllString(row.Text, "($1)")
		if row.Section == "" && HeadsGroup(row.Text) {
			section = row.Text
			continue
		}
		if row.Section == "" {
			row.Section = section
		}
		kept = append(kept, row)
	}
	if len(kept) == 0 {
		return rows
	}
	return kept
}

// twiceBracketed matches a note that its writer had already put in brackets before a program did.
var twiceBracketed = regexp.MustCompile(`\(\(([^()]*)\)\)`)

// HeadsGroup reports whether a line names the group of lines that follow.
func HeadsGroup(line string) bool {
	return strings.HasSuffix(line, ":") && utf8.RuneCountInString(line) <= MaxHeading && !strings.ContainsFunc(line, unicode.IsDigit)
}

// Steps returns the steps of lines.
func Steps(lines ...string) []events.Step {
	steps := make([]events.Step, 0, len(lines))
	for _, line := range lines {
		if line = Line(line); line != "" {
			steps = append(steps, events.Step{Text: line})
		}
	}
	return Unnumbered(steps)
}

var leadingNumber = regexp.MustCompile(`^(?:(?i:step|schritt|étape|passo|paso|stap|steg)\s*)?(\d{1,3})\s*[.):]\s*`)

// Unnumbered removes numbers that count the steps from 1, because the display numbers them. What
// follows the numbered steps stays.
func Unnumbered(steps []events.Step) []events.Step {
	counted := 0
	for counted < len(steps) {
		number := leadingNumber.FindStringSubmatch(steps[counted].Text)
		if len(number) < 2 || number[1] != strconv.Itoa(counted+1) {
			break
		}
		counted++
	}
	if counted < 2 {
		return steps
	}
	bare := make([]events.Step, 0, len(steps))
	for i, step := range steps {
		if i < counted {
			step.Text = step.Text[len(leadingNumber.FindString(step.Text)):]
		}
		if step.Text != "" {
			bare = append(bare, step)
		}
	}
	return bare
}
