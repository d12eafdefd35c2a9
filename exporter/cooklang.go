package exporter

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"larder.dev/events"
)

// cooklang writes a .cook file for each recipe, and its picture under the same name.
type cooklang struct{ *archive }

func (c *cooklang) Recipe(ctx context.Context, r events.Recipe) error {
	name := c.name(r)
	if err := c.addPicture(ctx, name, r); err != nil {
		return err
	}
	text, err := asCooklang(r)
	if err != nil {
		return fmt.Errorf("write recipe %s in Cooklang: %w", r.ID, err)
	}
	return c.write(name+".cook", text, false, r.UpdatedAt)
}

// addPicture adds the first picture that there is; Cooklang's programs show JPEG and PNG.
func (c *cooklang) addPicture(ctx context.Context, name string, r events.Recipe) error {
	for _, file := range picturesOf(r) {
		kind, open := ".jpg", c.pictures.JPEG
		if file.MediaType == "image/jpeg" || file.MediaType == "image/png" {
			kind, open = extension(file), c.pictures.Original
		}
		if added, err := c.picture(ctx, name+kind, open, file, r.UpdatedAt); added || err != nil {
			return err
		}
	}
	return nil
}

// cookFile is a recipe that is being written.
type cookFile struct {
	text  bytes.Buffer
	rows  []events.Ingredient
	order []int // the rows as they are marked, by their position in the recipe's list, from 1
}

// asCooklang marks each ingredient once, so that nobody buys it twice: in the first step that names
// it, and otherwise in a list before the steps of its section. The order of the list is kept in the
// metadata, because Cooklang has no other list.
func asCooklang(r events.Recipe) ([]byte, error) {
	f := cookFile{rows: r.Ingredients}
	steps := make([]string, len(r.Steps))
	marked := make([]bool, len(f.rows))
	var inSteps [][]int // rows by step
	for i, step := range r.Steps {
		var rows []int
		steps[i], rows = f.step(step, marked)
		inSteps = append(inSteps, rows)
	}
	f.body(r, steps, inSteps, marked)
	head, err := f.metadata(r)
	if err != nil {
		return nil, err
	}
	return append(head, f.text.Bytes()...), nil
}

// body writes what is in no section, then the sections: those that only have ingredients first.
func (f *cookFile) body(r events.Recipe, steps []string, inSteps [][]int, marked []bool) {
	listed := map[string]bool{}
	current := ""
	enter := func(section string) {
		if section != current {
			fmt.Fprintf(&f.text, "\n== %s ==\n", strings.ReplaceAll(escaped(section), "=", `\=`))
			current = section
		}
		if !listed[section] {
			listed[section] = true
			f.list(section, marked)
		}
	}
	enter("")
	for _, row := range r.Ingredients {
		if !slices.ContainsFunc(r.Steps, func(s events.Step) bool { return s.Section == row.Section }) {
			enter(row.Section)
		}
	}
	for i, step := range r.Steps {
		enter(step.Section)
		fmt.Fprintf(&f.text, "\n%s\n", steps[i])
		f.order = append(f.order, inSteps[i]...)
	}
	if r.Notes == "" {
		return
	}
	f.text.WriteByte('\n')
	for line := range strings.SplitSeq(r.Notes, "\n") {
		line = commentless(line)
		if strings.TrimLeft(line, " \t") != line {
			line = `\` + line
		}
		fmt.Fprintf(&f.text, "> %s\n", line)
	}
}

// list writes the ingredients of a section that no step names.
func (f *cookFile) list(section string, marked []bool) {
	first := true
	for i, row := range f.rows {
		if marked[i] || row.Section != section {
			continue
		}
		if first {
			f.text.WriteByte('\n')
			first = false
		}
		amount, name, note := taken(row)
		fmt.Fprintf(&f.text, "- %s\n", mark(amount, name, note))
		f.order = append(f.order, i+1)
	}
}

// step writes a step, with the marks of the ingredients that it names and that aren't marked yet.
// It returns their numbers.
func (f *cookFile) step(step events.Step, marked []bool) (text string, rows []int) {
	type span struct{ from, to, row int }
	var spans []span
	for _, i := range f.longestFirst() {
		row := f.rows[i]
		_, name, _ := taken(row)
		if marked[i] || row.Section != step.Section || name != row.Name || name == "" {
			continue
		}
		at := wordAt(step.Text, name, func(from, to int) bool {
			return !slices.ContainsFunc(spans, func(s span) bool { return from < s.to && s.from < to })
		})
		if at >= 0 {
			marked[i] = true
			spans = append(spans, span{at, at + len(name), i})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var out strings.Builder
	at := 0
	for _, s := range spans {
		out.WriteString(escaped(step.Text[at:s.from]))
		amount, name, note := taken(f.rows[s.row])
		out.WriteString(mark(amount, name, note))
		rows = append(rows, s.row+1)
		if at = s.to; strings.HasPrefix(step.Text[at:], "(") {
			out.WriteByte('\\') // or it would be read as how to prepare it
		}
	}
	out.WriteString(escaped(step.Text[at:]))
	text = out.String()
	if strings.HasPrefix(text, "=") || strings.HasPrefix(text, ">") || strings.HasPrefix(text, "-") {
		text = `\` + text
	}
	return strings.ReplaceAll(text, "\n", "\\\n"), rows
}

// longestFirst orders the rows so that brown sugar is looked for before sugar.
func (f *cookFile) longestFirst() []int {
	order := make([]int, len(f.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(f.rows[b].Name) - len(f.rows[a].Name) })
	return order
}

// wordAt finds words in a text where they are free, not within other words; -1 if nowhere.
func wordAt(text, words string, free func(from, to int) bool) int {
	for from := 0; ; {
		at := strings.Index(text[from:], words)
		if at < 0 {
			return -1
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(words):])
		if !isWord(before) && !isWord(after) && free(at, at+len(words)) {
			return at
		}
		from = at + len(words)
	}
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '-')
}

// taken takes a row's line apart into the amount before its name, the name, and the note after it.
// What fits nowhere else is part of the name, so that the line can be put together again.
func taken(row events.Ingredient) (amount, name, note string) {
	name = row.Text
	if at := strings.Index(row.Text, row.Name); row.Name != "" && at > 0 {
		before, spaced := strings.CutSuffix(row.Text[:at], " ")
		if spaced && isAmount(before) {
			amount, name = before, row.Text[at:]
		}
	}
	if only, after, ok := strings.Cut(name, ", "); ok && only == row.Name && after != "" && !strings.ContainsAny(after, "()") {
		return amount, only, after
	}
	return amount, name, ""
}

// isAmount reports whether an amount can stand in braces and be read as it is.
func isAmount(text string) bool {
	return text != "" && !strings.ContainsAny(text, `%*={}\|@#~()`) && !strings.Contains(text, " / ") && !strings.Contains(text, "--") &&
		strings.Join(strings.Fields(text), " ") == text && strings.ContainsFunc(text, unicode.IsNumber)
}

// mark writes an ingredient: @flour{500%g}(sifted).
func mark(amount, name, note string) string {
	name = strings.NewReplacer("{", `\{`, "}", `\}`, "|", `\|`).Replace(escaped(name))
	if name != "" && strings.ContainsAny(name[:1], "&+?.") {
		name = `\` + name
	}
	if value, unit, ok := cutUnit(amount); ok {
		amount = value + "%" + unit
	}
	if note != "" {
		note = "(" + escaped(note) + ")"
	}
	return "@" + name + "{" + amount + "}" + note
}

// cutUnit splits an amount after its number: "1 1/2 cups" has the unit "cups".
func cutUnit(amount string) (value, unit string, ok bool) {
	words := strings.Fields(amount)
	n := 0
	for n < len(words) && !strings.ContainsFunc(words[n], unicode.IsLetter) {
		n++
	}
	if n == 0 || n == len(words) {
		return amount, "", false
	}
	return strings.Join(words[:n], " "), strings.Join(words[n:], " "), true
}

// escaped puts a backslash before whatever Cooklang would take for a mark or a comment.
func escaped(text string) string {
	return strings.NewReplacer("@", `\@`, "#", `\#`, "~", `\~`).Replace(commentless(text))
}

// commentless puts a backslash into whatever Cooklang would take for a comment.
func commentless(text string) string {
	return strings.NewReplacer(`\`, `\\`, "[-", `[\-`, "--", `-\-`).Replace(text)
}

// metadata writes the front matter, in the names of Cooklang's conventions.
func (f *cookFile) metadata(r events.Recipe) ([]byte, error) {
	fields := &yaml.Node{Kind: yaml.MappingNode}
	add := func(name string, value any) error {
		var node yaml.Node
		if err := node.Encode(value); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if name == "ingredient order" {
			node.Style = yaml.FlowStyle
		}
		fields.Content = append(fields.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, &node)
		return nil
	}
	for _, field := range []struct {
		name  string
		value any
		there bool
	}{
		{"title", r.Name, true},
		{"description", r.Description, r.Description != ""},
		{"servings", r.Servings, r.Servings != nil},
		{"yield", r.Yield, r.Yield != ""},
		{"prep time", minutes(r.PrepMinutes), r.PrepMinutes != nil},
		{"cook time", minutes(r.CookMinutes), r.CookMinutes != nil},
		{"time required", minutes(r.TotalMinutes), r.TotalMinutes != nil},
		{"author", r.Author, r.Author != ""},
		{"locale", r.Language, r.Language != ""},
		{"nutrition", nutritionOf(r), r.Nutrition != (events.Nutrition{})},
		{"source", r.SourceURL, r.SourceURL != ""},
		{"tags", r.Tags, len(r.Tags) > 0},
		{"ingredient order", f.order, !slices.IsSorted(f.order)},
	} {
		if !field.there {
			continue
		}
		if err := add(field.name, field.value); err != nil {
			return nil, err
		}
	}
	text, err := yaml.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("write the metadata: %w", err)
	}
	return []byte("---\n" + strings.TrimSuffix(string(text), "\n") + "\n---\n"), nil
}

// nutritionOf returns what a recipe says of its nutrition, by schema.org's names.
func nutritionOf(r events.Recipe) map[string]string {
	said := map[string]string{}
	r.Nutrition.Each(func(name string, value *string) {
		if *value != "" {
			said[name] = *value
		}
	})
	return said
}
