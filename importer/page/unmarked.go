package page

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"larder.dev/events"
	"larder.dev/importer/found"
	"larder.dev/importer/text"
)

// unmarked reads the recipe of a page without structured data from its visible text: by element
// classes, else by headings, else by the longest run of lines that read as ingredients. The result
// is empty if there is none.
func (d *document) unmarked() found.Recipe {
	var r found.Recipe
	shown := d.blocks()
	rows, begin, end, marked := d.unmarkedRows(shown)
	if len(rows) == 0 {
		return r
	}
	r.Ingredients, r.Guessed = rows, !marked
	r.Steps = d.unmarkedSteps(shown, end)
	for i := max(0, begin-maxAbout); i < begin; i++ {
		if utf8.RuneCountInString(shown[i].text) <= found.MaxHeading {
			text.About(&r, shown[i].text)
		}
	}
	for i := 0; i+1 < len(shown) && r.Servings == nil; i++ {
		// A label and its value, each in its own element.
		if pair := shown[i].text + " " + shown[i+1].text; utf8.RuneCountInString(pair) <= found.MaxHeading/2 {
			text.About(&r, pair)
		}
	}
	r.Author = d.attribute(`meta[name="author"]`, "content")
	r.Doubt("ingredients", "", "the page has no data for programs; this was read from what it shows")
	return r
}

// maxAbout is how many lines before the ingredients are searched for the servings.
const maxAbout = 60

// maxRows limits how many lines become ingredients, or steps.
const maxRows = 500

// classesOf lists the words that pages use in the class names of a part.
var classesOf = map[string][]string{ //nolint:gochecknoglobals // a constant
	text.Ingredients: {"ingredient", "zutat", "ingrédient"},
	text.Steps: {
		"instruction", "direction", "method", "preparation", "zubereitung", "recipe-steps", "recipe__steps", "recipe-procedure",
		"procedimento", "bereiding",
	},
}

// unmarkedRows returns the ingredients, the range of their lines, and whether a class or a heading
// says that they are.
func (d *document) unmarkedRows(shown []block) (rows []events.Ingredient, begin, end int, marked bool) {
	for i, find := range []func([]block) (int, int){byClass(text.Ingredients), byLabel(text.Ingredients), longestRun} {
		begin, end = find(shown)
		if rows = rowsOf(shown[begin:end]); len(rows) >= 2 && amounts(rows) > 0 {
			return rows, begin, end, i < 2
		}
	}
	return nil, 0, 0, false
}

func amounts(rows []events.Ingredient) int {
	n := 0
	for _, row := range rows {
		if text.HasAmount(row.Text) {
			n++
		}
	}
	return n
}

// byClass finds the first run of lines in elements whose class or id names a part, unless it is
// only the part's label.
func byClass(part string) func([]block) (int, int) {
	return func(shown []block) (int, int) {
		for i := 0; i < len(shown); i++ {
			if shown[i].part != part {
				continue
			}
			to := i
			for to < len(shown) && shown[to].part == part {
				to++
			}
			if to-i >= 3 || (to-i >= 2 && part == text.Steps) || (part == text.Steps && len(shown[i].text) > found.MaxHeading) {
				return i, to
			}
			i = to
		}
		return 0, 0
	}
}

// byLabel finds the lines between a part's label and the next heading that isn't a group's.
func byLabel(part string) func([]block) (int, int) {
	return func(shown []block) (int, int) {
		for i, b := range shown {
			if label, ok := text.Labels(b.text); !ok || label != part || i+1 == len(shown) {
				continue
			}
			if to := partEnd(shown, i+1, part); to > i+1 {
				return i + 1, to
			}
		}
		return 0, 0
	}
}

// partEnd returns where the part that begins at a line ends: before another part's label, before a
// heading without lines of the same kind below it, or after a list followed by something else.
func partEnd(shown []block, from int, part string) int {
	listed := shown[from].listed || (from+1 < len(shown) && shown[from+1].listed)
	for i := from; i < len(shown); i++ {
		b := shown[i]
		if label, ok := text.Labels(b.text); ok && label != part {
			return i
		}
		if ending.MatchString(b.text) {
			return i
		}
		goesOn := i+1 < len(shown) && (shown[i+1].listed || (part == text.Ingredients && text.HasAmount(shown[i+1].text)))
		switch {
		case listed && !b.listed && !goesOn:
			return i
		case b.heading && !goesOn && i > from:
			return i
		case part == text.Ingredients && utf8.RuneCountInString(b.text) > 200:
			return i
		}
	}
	return len(shown)
}

// longestRun finds the longest run of lines that mostly have an amount.
func longestRun(shown []block) (begin, end int) {
	for i := 0; i < len(shown); i++ {
		if !text.HasAmount(shown[i].text) {
			continue
		}
		last, n := i, 1
		for to := i + 1; to < len(shown) && to-last <= 3; to++ {
			if text.HasAmount(shown[to].text) {
				last = to
				n++
			}
		}
		if n >= 3 && last+1-i > end-begin {
			begin, end = i, last+1
		}
		i = last
	}
	return begin, end
}

// rowsOf returns the ingredients of lines, with their headings.
func rowsOf(lines []block) []events.Ingredient {
	var rows []events.Ingredient
	section := ""
	lines = lines[:min(len(lines), maxRows)]
	for i, b := range lines {
		label, isLabel := text.Labels(b.text)
		switch {
		case isLabel && label == text.Ingredients, toggles.MatchString(b.text), utf8.RuneCountInString(b.text) > 300:
		case (b.heading || found.HeadsGroup(b.text)) && !text.HasAmount(b.text) && i+1 < len(lines):
			section = b.text
		case text.About(&found.Recipe{}, b.text) && !b.listed:
		default:
			rows = append(rows, events.Ingredient{Text: b.text, Section: section})
		}
	}
	return rows
}

// unmarkedSteps returns the steps, which follow the ingredients unless a class says where they are.
func (d *document) unmarkedSteps(shown []block, behind int) []events.Step {
	for _, find := range []func([]block) (int, int){byClass(text.Steps), byLabel(text.Steps)} {
		if begin, end := find(shown); end > begin {
			if steps := stepsShown(shown[begin:end]); len(steps) > 0 {
				return steps
			}
		}
	}
	rest := shown[behind:]
	if len(rest) == 0 {
		return nil
	}
	return stepsShown(rest[:partEnd(rest, 0, text.Steps)])
}

func stepsShown(lines []block) []events.Step {
	var steps []events.Step
	section := ""
	lines = lines[:min(len(lines), maxRows)]
	for i, b := range lines {
		label, isLabel := text.Labels(b.text)
		switch {
		case isLabel && label == text.Steps, utf8.RuneCountInString(b.text) < 3, stepName.MatchString(b.text):
		case b.heading && !b.listed && i+1 < len(lines) && utf8.RuneCountInString(b.text) <= found.MaxHeading:
			section = b.text
		default:
			steps = append(steps, events.Step{Text: b.text, Section: section})
		}
	}
	return found.Unnumbered(steps)
}

// partOf returns the recipe part that an element's class or id names.
func partOf(n *html.Node) string {
	class, _ := attribute(n, "class")
	id, _ := attribute(n, "id")
	names := strings.ToLower(class + " " + id)
	if names == " " {
		return ""
	}
	for _, part := range []string{text.Ingredients, text.Steps} {
		for _, word := range classesOf[part] {
			if strings.Contains(names, word) {
				return part
			}
		}
	}
	return ""
}
