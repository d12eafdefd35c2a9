package recipe

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"larder.dev/events"
)

// Unicode's own line ends. Only the first is in the category of control characters.
const (
	nextLine           = '\u0085'
	lineSeparator      = '\u2028'
	paragraphSeparator = '\u2029'
)

// checker cleans field by field and collects all errors, so that a cook sees them at once.
type checker struct {
	invalid Invalid
}

func (c *checker) failf(field, format string, args ...any) {
	c.invalid = append(c.invalid, FieldError{Field: field, Detail: fmt.Sprintf(format, args...)})
}

// at names one element of a list.
func at(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

func (c *checker) required(field, value string) {
	switch {
	case c.failed(field):
	case value == "":
		c.failf(field, "is required")
	case !isVisible(value):
		c.failf(field, "has no character that can be seen")
	}
}

// label cleans a name or tag. Labels appear in lists beside other people's and must not change
// their text direction.
func (c *checker) label(field, value string, limit int) string {
	clean := c.line(field, value, limit)
	for i, r := range []rune(clean) {
		if isDirection(r) {
			c.failf(field, "has U+%04X, which turns the direction of the text, at character %d", r, i+1)
			return ""
		}
	}
	c.required(field, clean)
	return clean
}

func (c *checker) failed(field string) bool {
	for _, f := range c.invalid {
		if f.Field == field {
			return true
		}
	}
	return false
}

// line cleans single-line text. A tab becomes a space, because lists are pasted from tables.
func (c *checker) line(field, value string, limit int) string {
	return c.clean(field, strings.ReplaceAll(value, "\t", " "), limit, func(r rune) bool {
		return unicode.IsControl(r) || r == lineSeparator || r == paragraphSeparator
	})
}

// text cleans multi-line text.
func (c *checker) text(field, value string, limit int) string {
	value = strings.ReplaceAll(value, "\r\n", "\n")
	return c.clean(field, value, limit, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t'
	})
}

func (c *checker) clean(field, value string, limit int, refused func(rune) bool) string {
	if !utf8.ValidString(value) {
		c.failf(field, "is not valid UTF-8")
		return ""
	}
	kept := trim(value)
	if at := strings.IndexFunc(kept, refused); at >= 0 {
		before := utf8.RuneCountInString(value[:strings.Index(value, kept)+at])
		r, _ := utf8.DecodeRuneInString(kept[at:])
		c.failf(field, "has %s U+%04X at character %d", kindOf(r), r, before+1)
		return ""
	}
	value = trim(norm.NFC.String(kept))
	if utf8.RuneCountInString(value) > limit {
		c.failf(field, "is longer than %d characters", limit)
		return ""
	}
	return value
}

// kindOf names a rejected character, which is invisible in what the cook sent.
func kindOf(r rune) string {
	if isLineBreak(r) {
		return "the line break"
	}
	return "the control character"
}

// OneLine joins the lines of a text with spaces: a line of a pasted list may have been wrapped.
func OneLine(value string) string {
	if !strings.ContainsFunc(value, isLineBreak) {
		return value
	}
	lines := strings.FieldsFunc(value, isLineBreak)
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), " ")
}

func isLineBreak(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', nextLine, lineSeparator, paragraphSeparator:
		return true
	default:
		return false
	}
}

// trim removes surrounding space, but no other control characters: those are rejected, not silently
// lost.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) && (!unicode.IsControl(r) || r == '\n' || r == '\t') })
}

func (c *checker) servings(field string, value *float64) *float64 {
	if value != nil && (!(*value >= MinServings) || *value > MaxServings) {
		c.failf(field, "must be from %g to %d", MinServings, MaxServings)
	}
	return value
}

func (c *checker) minutes(field string, value *int) *int {
	if value != nil && (*value < 0 || *value > MaxMinutes) {
		c.failf(field, "must be from 0 to %d", MaxMinutes)
	}
	return value
}

// language cleans a BCP 47 tag: pt_br becomes pt-BR. A tag that is well formed may name a language
// that this build doesn't know.
func (c *checker) language(field, value string) string {
	clean := c.line(field, value, MaxLanguage)
	if clean == "" {
		return ""
	}
	canonical, ok := Language(clean)
	if !ok && !c.failed(field) {
		c.failf(field, "is no language tag, such as en or pt-BR")
	}
	return canonical
}

// Language returns a BCP 47 tag in its usual spelling, or false if the text is none.
func Language(text string) (string, bool) {
	tag, err := language.Raw.Parse(text)
	var unknown language.ValueError
	if err != nil && !errors.As(err, &unknown) {
		return "", false
	}
	if err != nil {
		return text, true
	}
	return tag.String(), true
}

func (c *checker) nutrition(n events.Nutrition) events.Nutrition {
	n.Each(func(name string, value *string) { *value = c.line("nutrition."+name, *value, MaxNutrition) })
	return n
}

// tags keeps the first spelling of each tag: Soup and soup are the same.
func (c *checker) tags(values []string) []string {
	if len(values) > MaxTags {
		c.failf("tags", "has more than %d tags", MaxTags)
		return nil
	}
	clean := make([]string, 0, len(values))
	seen := make(map[string]bool, len(values))
	for i, value := range values {
		field := at("tags", i)
		tag := c.label(field, value, MaxTag)
		key := cases.Fold().String(tag)
		if !seen[key] {
			seen[key] = true
			clean = append(clean, tag)
		}
	}
	return clean
}

func (c *checker) ingredients(rows []events.Ingredient) []events.Ingredient {
	if len(rows) > MaxIngredients {
		c.failf("ingredients", "has more than %d rows", MaxIngredients)
		return nil
	}
	clean := make([]events.Ingredient, len(rows))
	for i, row := range rows {
		clean[i] = c.ingredient(at("ingredients", i), row)
	}
	return clean
}

func (c *checker) ingredient(field string, row events.Ingredient) events.Ingredient {
	clean := events.Ingredient{
		Text:        c.line(field+".text", row.Text, MaxLine),
		Quantity:    c.quantity(field+".quantity", row.Quantity),
		QuantityMax: c.quantity(field+".quantity_max", row.QuantityMax),
		Unit:        c.line(field+".unit", row.Unit, MaxUnit),
		Name:        c.line(field+".name", row.Name, MaxItem),
		Note:        c.line(field+".note", row.Note, MaxNote),
		Section:     c.line(field+".section", row.Section, MaxSection),
		Second:      c.second(field+".second", row),
	}
	c.quantityRange(field+".quantity_max", row.Quantity, row.QuantityMax)
	if !isVisible(clean.Text+clean.Name) && !c.failed(field+".text") && !c.failed(field+".name") {
		c.failf(field+".text", "is required where there is no name")
	}
	if clean.Text == "" {
		clean.Text = c.composed(field, clean)
	}
	return clean
}

// composed writes the line of a row that came as parts.
func (c *checker) composed(field string, row events.Ingredient) string {
	text := understood(row).Line()
	if utf8.RuneCountInString(text) > MaxLine {
		c.failf(field+".text", "would be longer than %d characters, written from its parts", MaxLine)
		return ""
	}
	return text
}

// second checks a row's second measure, which is invalid without a first.
func (c *checker) second(field string, row events.Ingredient) *events.SecondMeasure {
	if row.Second == nil {
		return nil
	}
	if row.Quantity == nil {
		c.failf(field, "needs a quantity to be the second of")
	}
	clean := *row.Second
	c.quantity(field+".quantity", &clean.Quantity)
	c.quantity(field+".quantity_max", clean.QuantityMax)
	c.quantityRange(field+".quantity_max", &clean.Quantity, clean.QuantityMax)
	clean.Unit = c.line(field+".unit", clean.Unit, MaxUnit)
	switch clean.Relation {
	case events.RelationSame, events.RelationEach, events.RelationPlus:
	default:
		c.failf(field+".relation", "must be same, each or plus")
	}
	return &clean
}

func (c *checker) quantity(field string, value *float64) *float64 {
	if value != nil && (!(*value >= 0) || *value > MaxQuantity) {
		c.failf(field, "must be from 0 to %d", MaxQuantity)
	}
	return value
}

func (c *checker) quantityRange(field string, from, upper *float64) {
	if upper == nil {
		return
	}
	if from == nil {
		c.failf(field, "needs a quantity to be the upper end of")
		return
	}
	if *upper < *from {
		c.failf(field, "must not be below quantity")
	}
}

func (c *checker) steps(steps []events.Step) []events.Step {
	if len(steps) > MaxSteps {
		c.failf("steps", "has more than %d steps", MaxSteps)
		return nil
	}
	clean := make([]events.Step, len(steps))
	for i, step := range steps {
		field := at("steps", i)
		clean[i] = events.Step{
			Text:    c.text(field+".text", step.Text, MaxStep),
			Section: c.line(field+".section", step.Section, MaxSection),
		}
		c.required(field+".text", clean[i].Text)
	}
	return clean
}
