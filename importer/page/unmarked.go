package page

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"larder.dev/events"
	"larder.dev/importer/found"
	"larder.dev/importer/text"
	"larder.dev/recipe/ingredient"
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
		if utf8.RuneCountInString(shown[i].text) > found.MaxHeading || text.About(&r, shown[i].text) {
			continue
		}
		for sentence := range strings.SplitSeq(shown[i].text, ". ") {
			text.About(&r, sentence)
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
	text.Ingredients: {"ingredien", "zutat", "ingrédient", "skladnik", "suroviny", "hozzavalo"},
	text.Steps: {
		"instruction", "instrucc", "instruç", "direction", "method", "preparation", "preparaci", "preparo", "zubereitung",
		"procedure", "procedimento", "bereiding", "przygotowanie", "elaboracion", "recipe-process", "how-to-make",
	},
}

// unmarkedRows returns the ingredients, the range of their lines, and whether a class or a heading
// says that they are.
func (d *document) unmarkedRows(shown []block) (rows []events.Ingredient, begin, end int, marked bool) {
	for i, find := range []func([]block) (int, int){byClass(text.Ingredients), byLabel(text.Ingredients), longestRun} {
		begin, end = find(shown)
		marked = i < 2
		if rows = rowsOf(shown[begin:end]); len(rows) >= 2 && (amounts(rows) > 0 || (marked && 2*withDigits(rows) >= len(rows))) {
			return rows, begin, end, marked
		}
	}
	return nil, 0, 0, false
}

// withDigits counts the rows with a digit: some tables have the amount behind the food.
func withDigits(rows []events.Ingredient) int {
	n := 0
	for _, row := range rows {
		if strings.ContainsFunc(row.Text, unicode.IsDigit) {
			n++
		}
	}
	return n
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

// byClass finds the run of lines in elements whose class or id names a part that says most of it: the
// most amounts, or the longest text. A page names its label and its controls alike.
func byClass(part string) func([]block) (int, int) {
	return func(shown []block) (begin, end int) {
		most := 0
		for i := 0; i < len(shown); i++ {
			if shown[i].part != part {
				continue
			}
			to := i
			for to < len(shown) && shown[to].part == part {
				to++
			}
			if says := saysOf(part, shown[i:to]); says > most {
				begin, end, most = i, to, says
			}
			i = to
		}
		return begin, end
	}
}

// saysOf weighs how many amounts lines have, or how long they are if they have steps.
func saysOf(part string, lines []block) int {
	says := 0
	for _, b := range lines[:min(len(lines), maxRows)] {
		switch length := utf8.RuneCountInString(b.text); {
		case part == text.Ingredients && text.HasAmount(b.text):
			says += 2
		case part == text.Ingredients && strings.ContainsFunc(b.text, unicode.IsDigit):
			says++
		case part == text.Steps && length > leastStep && !text.About(&found.Recipe{}, b.text):
			says += length
		}
	}
	return says
}

// leastStep is the length of a line that surely says something, in characters.
const leastStep = 20

// byLabel finds the lines between a part's label and the next heading that isn't a group's. Of several
// it takes the lines that say most: a page may list its headings before.
func byLabel(part string) func([]block) (int, int) {
	return func(shown []block) (begin, end int) {
		most, starts := 0, 0
		for i, b := range shown {
			if label, ok := text.Labels(b.text); !ok || label != part || i+1 == len(shown) {
				continue
			}
			starts++
			if starts > maxStarts {
				break
			}
			to := partEnd(shown, i+1, part, b.level)
			if says := saysOf(part, shown[i+1:to]); says > most {
				begin, end, most = i+1, to, says
			}
		}
		return begin, end
	}
}

// howTo matches a heading of the steps that pages have above their story, too.
var howTo = regexp.MustCompile(`(?i)^how to (?:make|cook|bake|prepare)\b`)

// byHowTo finds the lines below such a heading.
func byHowTo(shown []block) (begin, end int) {
	for i, b := range shown {
		if b.heading && howTo.MatchString(b.text) && i+1 < len(shown) {
			return i + 1, partEnd(shown, i+1, text.Steps, b.level)
		}
	}
	return 0, 0
}

// partEnd returns where the part that begins at a line ends: before another part's label, before a
// heading without lines of the same kind below it, or after a list followed by something else. A
// heading below the level of the part's own belongs to the part.
func partEnd(shown []block, from int, part string, level int) int {
	listed := shown[from].listed || (from+1 < len(shown) && shown[from+1].listed)
	for i := from; i < len(shown); i++ {
		b := shown[i]
		switch {
		case endsPart(shown, from, i, part):
			return i
		case part == text.Steps && b.heading && (stepName.MatchString(b.text) || (level > 0 && b.level > level)):
		case goesOn(shown, from, i, part):
		case (listed && !b.listed) || (b.heading && i > from):
			return i
		}
	}
	return len(shown)
}

// endsPart reports whether a line can't be of a part that begins before it.
func endsPart(shown []block, from, at int, part string) bool {
	line := shown[at].text
	if label, ok := text.Labels(line); (ok && label != part) || ending.MatchString(line) {
		return true
	}
	return part == text.Ingredients && (utf8.RuneCountInString(line) > 200 || otherList(shown, from, at))
}

// goesOn reports whether a part goes on behind a line.
func goesOn(shown []block, from, at int, part string) bool {
	if at+1 >= len(shown) {
		return false
	}
	if part == text.Steps {
		return shown[at+1].listed
	}
	return !otherList(shown, from, at+1) && (shown[at+1].listed || text.HasAmount(shown[at+1].text))
}

// otherList reports whether a line is in a numbered list and the ingredients aren't: it is a step.
func otherList(shown []block, from, at int) bool { return shown[at].ordered && !shown[from].ordered }

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
		for shown[last].listed && last+1 < len(shown) && continuesList(shown[last], shown[last+1]) {
			last++
		}
		if n >= 3 && last+1-i > end-begin {
			begin, end = i, last+1
		}
		i = last
	}
	return begin, end
}

// continuesList reports whether a line is the next row of a list, without an amount.
func continuesList(row, next block) bool {
	return next.listed && !next.heading && row.ordered == next.ordered && utf8.RuneCountInString(next.text) <= found.MaxHeading &&
		!strings.HasSuffix(next.text, ".")
}

// rowsOf returns the ingredients of lines, with their headings.
func rowsOf(lines []block) []events.Ingredient {
	var rows []events.Ingredient
	section := ""
	lines = joinAmounts(lines[:min(len(lines), maxRows)])
	for i, b := range lines {
		label, isLabel := text.Labels(b.text)
		switch {
		case isLabel && label == text.Ingredients, i == 0 && b.heading && headsTable(b.text), toggles.MatchString(b.text),
			utf8.RuneCountInString(b.text) > 300:
		case (b.heading || found.HeadsGroup(b.text)) && !text.HasAmount(b.text) && i+1 < len(lines):
			section = b.text
		case text.About(&found.Recipe{}, b.text) && !b.listed:
		default:
			rows = append(rows, events.Ingredient{Text: boxes.ReplaceAllString(b.text, ""), Section: section})
		}
	}
	return rows
}

// headsTable reports whether a line is the head of a table: "Ingredient Amount".
func headsTable(line string) bool {
	first, _, more := strings.Cut(line, " ")
	return more && listTitle.MatchString(first)
}

// boxes matches the mark that a page draws before a row.
var boxes = regexp.MustCompile(`^[▢☐□•·▪◦*]\s*`)

// joinAmounts joins an amount in an element of its own with its food: the next line, or the one before
// if the foods come first. Amounts elsewhere are left alone.
func joinAmounts(lines []block) []block {
	alone, first := 0, -1
	for i, b := range lines {
		if onlyAmount(b) {
			alone++
			if first < 0 {
				first = i
			}
		}
	}
	if 3*alone < len(lines) || alone < 2 {
		return lines
	}
	leads := first == 0 || lines[first-1].heading || found.HeadsGroup(lines[first-1].text) || onlyAmount(lines[first-1])
	if label, ok := text.Labels(lines[max(0, first-1)].text); ok && label == text.Ingredients {
		leads = true
	}
	joined := make([]block, 0, len(lines))
	amount := ""
	for i, b := range lines {
		switch {
		case onlyAmount(b) && !leads && len(joined) > 0 && !onlyAmount(lines[i-1]):
			last := &joined[len(joined)-1]
			last.text = b.text + " " + last.text
		case onlyAmount(b) && leads:
			amount = strings.TrimSpace(amount + " " + b.text)
		default:
			b.text = strings.TrimSpace(amount + " " + b.text)
			amount = ""
			joined = append(joined, b)
		}
	}
	if amount != "" { // nothing follows it
		joined = append(joined, lines[len(lines)-1])
	}
	return joined
}

// onlyAmount reports whether a line is an amount of something that another line names.
func onlyAmount(b block) bool {
	if utf8.RuneCountInString(b.text) > 20 || b.heading {
		return false
	}
	read := ingredient.Parse(b.text + " " + anyFood)
	return (read.Quantity != nil || read.Unit != "") && read.Name == anyFood
}

// anyFood is a word that no language has.
const anyFood = "xqzx"

// unmarkedSteps returns the steps, which follow the ingredients unless a class says where they are.
func (d *document) unmarkedSteps(shown []block, behind int) []events.Step {
	for _, find := range []func([]block) (int, int){byClass(text.Steps), byLabel(text.Steps), byHowTo} {
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
	return stepsShown(rest[:partEnd(rest, 0, text.Steps, 0)])
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
			steps = append(steps, events.Step{Text: boxes.ReplaceAllString(b.text, ""), Section: section})
		}
	}
	return found.Unnumbered(steps)
}

// partOf returns the recipe part that an element's class or id names. One that names both contains
// both.
func partOf(n *html.Node) string {
	named := ""
	for _, key := range []string{"class", "id", "data-testid", "itemprop"} {
		value, _ := attribute(n, key)
		for name := range strings.FieldsSeq(strings.ToLower(value)) {
			part := partNamed(name)
			if part != "" && named != "" && part != named {
				return ""
			}
			named = cmp.Or(part, named)
		}
	}
	return named
}

// partNamed returns the part that a single class is named after.
func partNamed(name string) string {
	if ofPost.MatchString(name) {
		return ""
	}
	named := ""
	for _, part := range []string{text.Ingredients, text.Steps} {
		for _, word := range classesOf[part] {
			if !strings.Contains(name, word) {
				continue
			}
			if named != "" && named != part {
				return ""
			}
			named = part
		}
	}
	if named == "" && steps.MatchString(name) {
		return text.Steps
	}
	return named
}

var (
	// ofPost matches the classes that say what a page is about, and those of layout.
	ofPost = regexp.MustCompile(`^(?:category|tag|term|post|page|single)-|payment|flex|(?:time|zeit|tijd|tid|tempo)$`)
	// steps matches the classes of a list of steps or of one.
	steps = regexp.MustCompile(`(?:^|[-_])steps?(?:$|[-_])`)
)
