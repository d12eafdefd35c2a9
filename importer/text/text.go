// Package text reads a recipe written as plain text. It recognises the name, rows, headings and
// steps by their layout, by labels in the languages of ingredient lines, and by whether a line
// reads as an ingredient.
package text

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"larder.dev/events"
	"larder.dev/importer/found"
	"larder.dev/recipe/ingredient"
)

// MaxSize is the maximum size of a text, in bytes: a recipe at all its limits is smaller.
const MaxSize = 2 << 20

// MaxLines is the maximum number of lines: each is parsed as an ingredient several times to
// classify it.
const MaxLines = 5_000

var (
	// ErrTooLarge means that a text exceeds MaxSize or MaxLines.
	ErrTooLarge = fmt.Errorf("the text is larger than %d MB or %d lines", MaxSize>>20, MaxLines)
	// ErrNoRecipe means that a text has neither rows nor steps.
	ErrNoRecipe = errors.New("no recipe was found in the text")
)

// Read returns the recipe of a text.
func Read(text, place string) (found.Recipe, error) {
	if len(text) > MaxSize {
		return found.Recipe{}, ErrTooLarge
	}
	lines := Lines(text)
	if len(lines) > MaxLines {
		return found.Recipe{}, ErrTooLarge
	}
	r := ReadLines(lines)
	if len(r.Ingredients) == 0 {
		return found.Recipe{}, ErrNoRecipe
	}
	r.Place = place
	r.Guessed = !slices.ContainsFunc(lines, func(line Line) bool {
		part, ok := Labels(line.Text)
		return ok && part == Ingredients
	})
	r.Finish()
	return r, nil
}

// ReadLines returns the recipe of lines. It is unfinished and may be empty.
func ReadLines(lines []Line) found.Recipe {
	r := reader{lines: lines}
	r.read()
	return r.recipe
}

// About reads a line about a recipe's servings, times or source. It returns false for any other
// line.
func About(r *found.Recipe, line string) bool {
	about := reader{recipe: *r}
	ok := about.meta(line)
	if rest, _, labelled := after(Ingredients, line); !ok && labelled && rest != "" {
		ok = about.meta(strings.TrimRight(rest, ": ")) // "Ingredients for 4"
	}
	if ok {
		*r = about.recipe
	}
	return ok
}

// Labels reports whether a line is the label of the ingredients, the steps or the notes, and which.
func Labels(line string) (part string, ok bool) {
	var r reader
	for _, part := range []string{Ingredients, Steps, Notes} {
		if r.labels(part, Line{Text: line}) {
			return part, true
		}
	}
	return "", false
}

// HasAmount reports whether a line reads as an ingredient with an amount.
func HasAmount(line string) bool {
	var r reader
	return r.hasAmount(line)
}

// The parts of a recipe that have a label.
const (
	Ingredients = "ingredients"
	Steps       = "steps"
	Notes       = "notes"
)

type reader struct {
	recipe found.Recipe
	lines  []Line
}

// span is a part of a text, as a range of lines.
type span struct{ from, to int }

func (r *reader) read() {
	if len(r.lines) == 0 {
		return
	}
	rows, labelled := r.rowsBegin()
	steps := r.stepsBegin(rows, labelled)
	end := r.notesBegin(max(steps, rows))
	r.head(span{0, min(rows, steps)})
	if rows < steps {
		r.rows(r.within(span{rows, min(steps, end)}), labelled)
		r.steps(r.within(span{steps, end}))
	} else {
		r.steps(r.within(span{steps, rows}))
		r.rows(r.within(span{rows, end}), labelled)
	}
	r.notes(r.within(span{end, len(r.lines)}))
}

// within returns a span without its leading label.
func (r *reader) within(s span) []Line {
	s.from = min(s.from, s.to)
	lines := r.lines[s.from:s.to]
	if len(lines) == 0 {
		return nil
	}
	for _, key := range []string{Ingredients, Steps, Notes} {
		if r.labels(key, lines[0]) {
			return lines[1:]
		}
	}
	return lines
}

// labels reports whether a line is the label of a part, including "Ingredients (serves 4)".
func (r *reader) labels(key string, line Line) bool {
	if line.Listed {
		return false
	}
	if isLabel(key, line.Text) {
		return true
	}
	rest, _, ok := after(key, line.Text)
	return ok && key == Ingredients && utf8.RuneCountInString(line.Text) <= 60 && r.about(strings.TrimRight(rest, ": "))
}

// rowsBegin finds the first ingredient line, or the label of the ingredients.
func (r *reader) rowsBegin() (at int, labelled bool) {
	for i, line := range r.lines {
		if i > 0 && r.labels(Ingredients, line) {
			return i, true
		}
	}
	for _, begins := range []func(from int) bool{
		func(from int) bool { return r.readsAsRows(r.block(from)) },
		r.usedBelow,
		func(from int) bool { return r.readsAsFoods(r.block(from)) },
	} {
		for from := 1; from < len(r.lines); from = r.blockEnd(from) {
			if begins(from) {
				return from, false
			}
		}
	}
	return len(r.lines), false
}

// How much of a text is compared with what follows it, in lines, and how much that is, in lines and
// characters of a line.
const (
	maxCompared = 100
	maxBelow    = 300
	maxStep     = 1_000
)

// usedBelow reports whether the lines of a block are longer than rows usually are and still a list of
// ingredients, because what follows them mentions most of them.
func (r *reader) usedBelow(from int) bool {
	lines, below := r.block(from), r.lines[r.blockEnd(from):]
	if from > maxCompared || len(below) == 0 || (len(lines) == 1 && !r.hasAmount(lines[0].Text)) || lines[0].Number {
		return false
	}
	steps := found.VocabularyOf(textsOf(below[:min(len(below), maxBelow)])...)
	used := 0
	for _, line := range lines {
		if steps.Mentions(ingredient.Parse(firstOf(line.Text, maxRow)).Name) {
			used++
		}
	}
	return 2*used >= len(lines) && !r.isMeta(lines[0].Text)
}

// textsOf returns the beginning of the text of each line.
func textsOf(lines []Line) []string {
	texts := make([]string, 0, len(lines))
	for _, line := range lines {
		texts = append(texts, firstOf(line.Text, maxStep))
	}
	return texts
}

// firstOf returns at most n characters of a text.
func firstOf(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// block returns the lines up to the next blank line.
func (r *reader) block(from int) []Line { return r.lines[from:r.blockEnd(from)] }

// blockEnd returns the position of the next blank line.
func (r *reader) blockEnd(from int) int {
	to := from + 1
	for to < len(r.lines) && !r.lines[to].New {
		to++
	}
	return to
}

// readsAsRows reports whether lines are a list of ingredients: mostly short, beginning with an
// amount. A heading may come first.
func (r *reader) readsAsRows(lines []Line) bool {
	amounts, bare, others := 0, 0, 0
	for i, line := range lines {
		switch {
		case line.Number:
			others += 2
		case !line.Listed && r.isMeta(line.Text):
			others++
		case r.hasAmount(line.Text):
			amounts++
		case i == 0 && len(lines) > 1 && !line.Listed: // possibly the heading
		case mayBeFood(line):
			bare++
		default:
			others++
		}
	}
	if amounts == 0 || (len(lines) == 1 && !lines[0].Listed) {
		return false
	}
	return 2*amounts+bare > 2*others && 4*amounts >= len(lines)
}

// readsAsFoods reports whether lines are a list of foods without amounts.
func (r *reader) readsAsFoods(lines []Line) bool {
	for i, line := range lines {
		if !mayBeFood(line) || line.Number || (i == 0 && !line.Listed && r.isMeta(line.Text)) {
			return false
		}
	}
	return len(lines) > 1 && !mostlySentences(lines)
}

func mayBeFood(line Line) bool {
	long := maxRow
	if !line.Listed {
		long /= 2
	}
	return utf8.RuneCountInString(line.Text) <= long && !isSentence(line.Text)
}

// maxRow is the maximum length of a row, in characters, if nothing else marks it as one.
const maxRow = 100

func (r *reader) hasAmount(text string) bool {
	if utf8.RuneCountInString(text) > maxRow {
		return false
	}
	parsed := ingredient.Parse(text)
	return (parsed.Quantity != nil || parsed.Unit != "") && parsed.Name != "" && !isSentence(text)
}

// isSentence reports whether a text is more than a line of a list.
func isSentence(text string) bool {
	return strings.HasSuffix(text, ".") && len(strings.Fields(text)) > 12
}

// stepsBegin finds the first line of the steps, or their label.
func (r *reader) stepsBegin(rows int, labelled bool) int {
	for i, line := range r.lines {
		if i > 0 && i != rows && r.labels(Steps, line) && !r.isMeta(line.Text) {
			return i
		}
	}
	if rows == len(r.lines) {
		return len(r.lines)
	}
	from := rows
	if labelled {
		from++
	}
	for at := from; at < len(r.lines); {
		if at > from || labelled {
			if numberedFrom := r.firstNumbered(at, r.blockEnd(at)); numberedFrom >= 0 {
				return numberedFrom
			}
		}
		if at > from && !r.continuesRows(at, from) {
			return at
		}
		at = r.blockEnd(at)
	}
	return len(r.lines)
}

func (r *reader) isMeta(text string) bool {
	trial := reader{}
	return trial.meta(text)
}

// firstNumbered finds where step numbers begin in a block.
func (r *reader) firstNumbered(from, to int) int {
	for i := from; i < to; i++ {
		if r.lines[i].Number {
			if i > from && r.lines[i-1].Heading && i-1 == from {
				return i - 1
			}
			return i
		}
	}
	return -1
}

// continuesRows reports whether a block continues the list that began at a line.
func (r *reader) continuesRows(at, from int) bool {
	lines := r.block(at)
	if r.readAsSteps(at, from) {
		return false
	}
	if r.readsAsRows(lines) {
		return true
	}
	listed := r.lines[from].Listed || (from+1 < len(r.lines) && r.lines[from+1].Listed)
	short := true
	for i, line := range lines {
		if listed && !line.Listed && i > 0 {
			return false
		}
		short = short && utf8.RuneCountInString(line.Text) <= 50 && !strings.HasSuffix(line.Text, ".")
	}
	if listed {
		// A lone heading, with its rows after a blank line.
		alone := len(lines) == 1 && !lines[0].Listed
		if alone {
			next := at + 1
			return short && next < len(r.lines) && r.lines[next].Listed && !r.lines[next].Number && r.continuesRows(next, from)
		}
		return lines[len(lines)-1].Listed && r.rowLike(lines)
	}
	if len(lines) == 1 && at+1 < len(r.lines) {
		return short && r.readsAsRows(r.lines[at+1:r.blockEnd(at+1)])
	}
	return short && len(lines) > 1
}

// readAsSteps reports whether unlisted lines below a list are the steps: sentences, or the last lines
// of all, without an amount and no shorter than the rows.
func (r *reader) readAsSteps(at, rows int) bool {
	lines := r.block(at)
	if slices.ContainsFunc(lines, func(line Line) bool { return line.Listed }) {
		return false
	}
	if len(lines) > 1 && mostlySentences(lines) {
		return true
	}
	last := r.blockEnd(at) == len(r.lines)
	return last && len(lines) > 1 && wordsALine(lines) >= wordsALine(r.lines[rows:at]) && !slices.ContainsFunc(lines, func(line Line) bool {
		return ingredient.Parse(firstOf(line.Text, maxRow)).Quantity != nil
	})
}

// mostlySentences reports whether two thirds of lines end with a full stop, after several words.
func mostlySentences(lines []Line) bool {
	sentences := 0
	for _, line := range lines {
		if endsSentence(line.Text) && strings.Contains(line.Text, " ") {
			sentences++
		}
	}
	return 3*sentences >= 2*len(lines)
}

func wordsALine(lines []Line) float64 {
	words := 0
	for _, line := range lines {
		words += len(strings.Fields(line.Text))
	}
	return float64(words) / float64(len(lines))
}

// rowLike reports whether listed lines look more like foods than like sentences.
func (r *reader) rowLike(lines []Line) bool {
	sentences := 0
	for _, line := range lines {
		if strings.HasSuffix(line.Text, ".") && len(strings.Fields(line.Text)) > 3 {
			sentences++
		}
	}
	return 2*sentences < len(lines)
}

func (r *reader) notesBegin(from int) int {
	for i := from + 1; i < len(r.lines); i++ {
		if r.labels(Notes, r.lines[i]) {
			return i
		}
	}
	return len(r.lines)
}

// head reads the name, the lines about the recipe, and the description.
func (r *reader) head(s span) {
	if s.to == 0 {
		return
	}
	r.recipe.Name = r.lines[0].Text
	if rest, parted, ok := after("title", r.lines[0].Text); ok && parted && rest != "" {
		r.recipe.Name = rest
	}
	var description strings.Builder
	for _, line := range r.lines[1:s.to] {
		if isLabel("description", line.Text) || r.meta(line.Text) {
			continue
		}
		if description.Len() > 0 {
			description.WriteString("\n")
			if line.New {
				description.WriteString("\n")
			}
		}
		description.WriteString(line.Text)
	}
	if description.Len() > 0 {
		r.recipe.Description = description.String()
	}
}

// rows reads the ingredients and the headings among them.
func (r *reader) rows(lines []Line, labelled bool) {
	listed := 0
	for _, line := range lines {
		if line.Listed {
			listed++
		}
	}
	section := ""
	for i, line := range lines {
		switch {
		case wrapsRow(lines, i) && len(r.recipe.Ingredients) > 0:
			last := &r.recipe.Ingredients[len(r.recipe.Ingredients)-1]
			last.Text += " " + line.Text
		case r.headsRows(lines, i, 2*listed > len(lines), labelled):
			section = strings.TrimSpace(strings.TrimRight(line.Text, ":"))
		case line.Deep && listed > 0 && len(r.recipe.Ingredients) > 0:
			last := &r.recipe.Ingredients[len(r.recipe.Ingredients)-1]
			last.Text += " " + line.Text
		default:
			r.recipe.Ingredients = append(r.recipe.Ingredients, events.Ingredient{Text: line.Text, Section: section})
		}
	}
}

// wrapsRow reports whether a line continues the item of a list above it, without being indented.
func wrapsRow(lines []Line, i int) bool {
	if i == 0 || lines[i].Listed || lines[i].New || lines[i].Heading || strings.HasSuffix(lines[i].Text, ":") {
		return false
	}
	for above := i - 1; above >= 0; above-- {
		if lines[above].Listed {
			return !beginsUpper(lines[i].Text)
		}
		if lines[above].New || lines[above].Heading {
			return false
		}
	}
	return false
}

// headsRows reports whether a line is the heading of the following ones.
func (r *reader) headsRows(lines []Line, i int, listed, labelled bool) bool {
	line := lines[i]
	last := i+1 == len(lines)
	switch {
	case last || line.Listed:
		return false
	case listed:
		return lines[i+1].Listed && !line.Deep
	case line.Heading || strings.HasSuffix(line.Text, ":"):
		return true
	case i == 0:
		return (line.New || !labelled) && !r.hasAmount(line.Text) && !lines[i+1].New && headingAhead(lines)
	case lines[i+1].New:
		return line.New // alone between blank lines
	default:
		return line.New && !r.hasAmount(line.Text)
	}
}

// headingAhead reports whether the list has blocks, so that its first line is likely a heading as
// well.
func headingAhead(lines []Line) bool {
	for _, line := range lines[1:] {
		if line.New {
			return true
		}
	}
	return false
}

// steps reads the steps: one per number or bullet, else one per paragraph or line.
func (r *reader) steps(lines []Line) {
	numbers := false
	for _, line := range lines {
		numbers = numbers || line.Listed
	}
	paragraphs := slices.ContainsFunc(lines[min(1, len(lines)):], func(line Line) bool { return line.New })
	width, wrapped := wraps(lines, paragraphs)
	section := ""
	for i, line := range lines {
		goesOn := len(r.recipe.Steps) > 0 && !line.Listed && !line.New && i > 0 && !lines[i-1].Heading &&
			(line.Deep || numbers || (wrapped && (paragraphs || (!endsSentence(lines[i-1].Text) && isFull(lines, i-1, width)))))
		switch {
		case headsSteps(lines, i, numbers):
			section = strings.TrimSpace(strings.TrimRight(line.Text, ":"))
		case goesOn:
			r.recipe.Steps[len(r.recipe.Steps)-1].Text += " " + line.Text
		default:
			r.recipe.Steps = append(r.recipe.Steps, events.Step{Text: line.Text, Section: section})
		}
	}
}

func headsSteps(lines []Line, i int, numbers bool) bool {
	line := lines[i]
	if line.Listed || i+1 == len(lines) || utf8.RuneCountInString(line.Text) > 60 {
		return false
	}
	if line.Heading && (!lines[i+1].New || !shouted(line.Text)) {
		return true
	}
	return strings.HasSuffix(line.Text, ":") || (numbers && line.New && lines[i+1].Listed && !strings.HasSuffix(line.Text, "."))
}

// Hard-wrapped lines are this long, in characters.
const (
	leastWidth = 40
	mostWidth  = 120
)

// wraps reports whether lines are hard-wrapped: some go on in lower case, and the lines before those
// end where the next word doesn't fit any more. Steps without full stops end anywhere. The width is
// that of the longest line, in characters.
func wraps(lines []Line, paragraphs bool) (width int, ok bool) {
	for _, line := range lines {
		width = max(width, line.width())
	}
	if width < leastWidth || width > mostWidth || (!paragraphs && !beginsUpper(lines[0].Text)) {
		return width, false
	}
	broken, full := 0, 0
	for i, line := range lines {
		if i == 0 || line.New || line.Listed || beginsUpper(line.Text) || endsSentence(lines[i-1].Text) {
			continue
		}
		broken++
		if isFull(lines, i-1, width) {
			full++
		}
	}
	return width, broken > 0 && 5*full >= 4*broken
}

func beginsUpper(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(first)
}

// isFull reports whether the first word of the next line doesn't fit into a line.
func isFull(lines []Line, i, width int) bool {
	next, _, _ := strings.Cut(lines[i+1].Text, " ")
	return lines[i].width()+1+utf8.RuneCountInString(next) > width
}

func endsSentence(text string) bool {
	return strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "?")
}

func (r *reader) notes(lines []Line) {
	var notes strings.Builder
	for _, line := range lines {
		if notes.Len() > 0 {
			notes.WriteString("\n")
			if line.New {
				notes.WriteString("\n")
			}
		}
		notes.WriteString(line.Text)
	}
	r.recipe.Notes = notes.String()
}
