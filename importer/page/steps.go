package page

import (
	"cmp"
	"regexp"
	"strings"

	"larder.dev/events"
	"larder.dev/importer/found"
)

// steps reads a recipe's instructions: lines, steps, sections of steps, or lists of these.
func (t *things) steps(value any) []events.Step {
	steps := t.stepsIn(value, "", 0)
	return found.Unnumbered(steps)
}

func (t *things) stepsIn(value any, section string, depth int) []events.Step {
	var steps []events.Step
	all := list(value)
	for _, each := range all {
		t.visits++
		if depth > found.MaxDepth || t.visits > maxVisits {
			break // an item may refer to itself
		}
		switch v := t.follow(each).(type) {
		case string:
			for _, line := range stepLines(v, len(all) == 1) {
				steps = append(steps, events.Step{Text: line, Section: section})
			}
		case map[string]any:
			steps = append(steps, t.stepsOf(v, section, depth, len(all) == 1)...)
		}
	}
	return steps
}

// stepLines returns the steps in a text: one, or one per line if the text is all there is.
func stepLines(text string, alone bool) []string {
	if alone {
		return found.Lines(text)
	}
	if line := found.Line(text); line != "" {
		return []string{line}
	}
	return nil
}

func (t *things) stepsOf(it item, section string, depth int, alone bool) []events.Step {
	inner := it.property("itemListElement", "item", "steps", "step")
	name := it.text("name")
	switch {
	case inner != nil && it.is("ListItem"):
		return t.stepsIn(inner, section, depth+1)
	case inner != nil && !it.is("HowToStep"):
		return t.stepsIn(inner, cmp.Or(name, section), depth+1)
	}
	text, _ := it.property("text", "description", "@value").(string)
	if inner != nil && text == "" {
		text = joined(t.stepsIn(inner, section, depth+1))
	}
	if it.is("HowToSection") {
		section, name = cmp.Or(name, section), ""
	}
	lines := stepLines(text, alone)
	if len(lines) == 0 && name != "" {
		lines, name = []string{name}, ""
	}
	steps := make([]events.Step, 0, len(lines))
	for i, line := range lines {
		if i == 0 && saysMore(name, line) {
			line = name + "\n" + line
		}
		steps = append(steps, events.Step{Text: line, Section: section})
	}
	return steps
}

func joined(steps []events.Step) string {
	texts := make([]string, 0, len(steps))
	for _, step := range steps {
		texts = append(texts, step.Text)
	}
	return strings.Join(texts, " ")
}

var stepName = regexp.MustCompile(`(?i)^(?:\p{L}+\s*)?#?\d+\s*[.:)]?$`)

// saysMore reports whether a step's name is more than its beginning or its number.
func saysMore(name, text string) bool {
	beginning := strings.ToLower(strings.TrimRight(name, ".…: "))
	return name != "" && !strings.HasPrefix(strings.ToLower(text), beginning) && !stepName.MatchString(name)
}
