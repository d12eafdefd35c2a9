package archive

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"larder.dev/events"
	"larder.dev/importer/found"
)

var (
	cookBlock    = regexp.MustCompile(`(?s)\[-.*?-\]`)
	cookComment  = regexp.MustCompile(`(?m)(^|[^-])--([^-\n].*)?$`) // three dashes are a line that somebody drew
	cookMeta     = regexp.MustCompile(`^>>\s*([^:]+?)\s*:\s*(.*)$`)
	cookSection  = regexp.MustCompile(`^=+\s*(.*?)\s*=*$`)
	cookMarkedIn = regexp.MustCompile(`[@#~][^@#~\n{}]*\{[^}\n]*\}|(?m)^>>\s*\S+.*:`)
)

// IsCooklang reports whether a text marks ingredients, cookware or times in its steps.
func IsCooklang(place string, content []byte) bool {
	return strings.EqualFold(path.Ext(place), ".cook") || cookMarkedIn.Match(content)
}

// Cooklang reads a recipe in Cooklang. The name comes from its metadata, else from the file name.
func Cooklang(place string, content []byte) (found.Recipe, error) {
	fields, body, err := frontMatter(content)
	if err != nil {
		return found.Recipe{}, err
	}
	if fields == nil {
		fields = object{}
	}
	c := cook{fields: fields}
	c.read(body)
	c.recipe.Place = place
	c.recipe.Guessed = !strings.EqualFold(path.Ext(place), ".cook")
	c.describe(place)
	c.inOrder()
	c.recipe.Finish()
	return c.recipe, nil
}

type cook struct {
	recipe  found.Recipe
	fields  object
	section string
	notes   []string
	step    []string
}

// read reads the lines of a recipe: a blank line ends a step.
func (c *cook) read(body string) {
	body = hidden(body)
	body = cookBlock.ReplaceAllString(body, "")
	body = cookComment.ReplaceAllString(body, "$1")
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		meta := cookMeta.FindStringSubmatch(line)
		switch {
		case line == "":
			c.endStep()
		case meta != nil:
			c.endStep()
			c.fields[strings.ToLower(meta[1])] = shown(meta[2])
		case strings.HasPrefix(line, "="):
			c.endStep()
			c.section = shown(cookSection.FindStringSubmatch(line)[1])
		case strings.HasPrefix(line, ">"):
			c.endStep()
			c.notes = append(c.notes, shown(strings.TrimSpace(strings.TrimPrefix(line, ">"))))
		case c.listed(line):
			// It is no step, and ends none.
		default:
			c.step = append(c.step, line)
		}
	}
	c.endStep()
	c.recipe.Notes = strings.Join(c.notes, "\n")
}

func (c *cook) endStep() {
	if len(c.step) == 0 {
		return
	}
	written := shown(c.marked(strings.Join(c.step, " ")))
	c.step = nil
	if written = strings.TrimSpace(written); written != "" {
		c.recipe.Steps = append(c.recipe.Steps, events.Step{Text: written, Section: c.section})
	}
}

// listed reads a line of a list that has an ingredient and nothing else, and returns false for
// another line.
func (c *cook) listed(line string) bool {
	marked, isMarked := strings.CutPrefix(line, "- @")
	if !isMarked {
		return false
	}
	marked, optional := strings.CutPrefix(marked, "?")
	name, amount, braces, rest := component(marked)
	if _, after := preparation(rest); name == "" || !braces || strings.TrimSpace(after) != "" {
		return false
	}
	c.ingredient(name, amount, optional, rest)
	return true
}

// A character after a backslash is plain. It is hidden while marks are read, as a character of a
// plane for private use.
const hiddenPlane = 0xF0000

var cookEscape = regexp.MustCompile(`\\([[:punct:] \t\n])`)

func hidden(body string) string {
	return cookEscape.ReplaceAllStringFunc(body, func(escape string) string { return string(rune(hiddenPlane + int(escape[1]))) })
}

func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if r > hiddenPlane && r < hiddenPlane+utf8.RuneSelf {
			return r - hiddenPlane
		}
		return r
	}, text)
}

// marked returns the text of a step without its marks, and collects the marked ingredients.
func (c *cook) marked(line string) string {
	var out strings.Builder
	for line != "" {
		at := strings.IndexAny(line, "@#~")
		if at < 0 {
			break
		}
		out.WriteString(line[:at])
		mark := line[at]
		marked, optional := strings.CutPrefix(line[at+1:], "?")
		name, amount, braces, rest := component(marked)
		if name == "" && (mark != '~' || !braces) {
			out.WriteByte(mark) // a plain character, not a mark
			line = line[at+1:]
			continue
		}
		line = rest
		switch mark {
		case '@':
			if strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") {
				name = path.Base(name) // another recipe is named by its path
			}
			line = c.ingredient(name, amount, optional, line)
			out.WriteString(name)
		case '#':
			out.WriteString(name)
		default:
			out.WriteString(cmp.Or(quantity(amount), name))
		}
	}
	out.WriteString(line)
	return out.String()
}

// component reads what follows a mark: words and an amount in braces, or one word.
func component(text string) (name, amount string, braces bool, rest string) {
	text = strings.TrimLeft(text, "&+@") // mentioned before, new, another recipe
	open := strings.IndexByte(text, '{')
	if next := strings.IndexAny(text, "@#~"); open >= 0 && (next < 0 || open < next) {
		if closing := strings.IndexByte(text[open:], '}'); closing > 0 && !startsWithSpace(text) {
			return strings.TrimSpace(text[:open]), strings.TrimSpace(text[open+1 : open+closing]), true, text[open+closing+1:]
		}
	}
	end := 0
	for i, r := range text {
		inner := r == '-' || r == '_' || r == '/'
		if unicode.IsSpace(r) || (unicode.IsPunct(r) && !inner) || r == '{' {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	return text[:end], "", false, text[end:]
}

func startsWithSpace(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsSpace(r)
}

// ingredient adds an ingredient, and removes the preparation in brackets from the following text.
func (c *cook) ingredient(name, amount string, optional bool, rest string) string {
	note, rest := preparation(rest)
	name, _, _ = strings.Cut(name, "|") // its name in the text
	line := strings.TrimSpace(quantity(amount) + " " + strings.TrimSpace(name))
	if note != "" {
		line += ", " + note
	}
	if optional {
		line += " (optional)"
	}
	c.recipe.Ingredients = append(c.recipe.Ingredients, events.Ingredient{Text: shown(line), Section: c.section})
	return rest
}

// preparation cuts off the text in brackets right after an ingredient.
func preparation(text string) (note, rest string) {
	if inner, ok := strings.CutPrefix(text, "("); ok {
		if prepared, after, ok := strings.Cut(inner, ")"); ok {
			return prepared, after
		}
	}
	return "", text
}

// quantity writes an amount the way a person does: "2%cups" is "2 cups".
func quantity(amount string) string {
	value, unit, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(amount), "="), "%")
	value = strings.ReplaceAll(value, " / ", "/")
	return strings.TrimSpace(strings.TrimSpace(strings.TrimRight(strings.TrimSpace(value), "*")) + " " + strings.TrimSpace(unit))
}

// describe reads the metadata.
func (c *cook) describe(place string) {
	r, fields := &c.recipe, c.fields
	base := path.Base(place)
	r.Name = cmp.Or(fields.text("title", "name"), strings.TrimSuffix(base, path.Ext(base)))
	r.Description = text(fields.raw("description", "introduction"))
	r.SetYield(fields.raw("servings", "serves"), fields.raw("yield"))
	aboutTime(r, fields)
	if times := fields.inner("time"); times != nil {
		r.PrepMinutes, r.CookMinutes = found.Minutes(times.raw("prep")), found.Minutes(times.raw("cook"))
	}
	r.SourceURL = cmp.Or(fields.text("source", "source.url", "url"), fields.inner("source").text("url", "name"))
	r.Author = cmp.Or(fields.text("author", "source.author"), fields.inner("source").text("author"))
	r.ImageURL = address(fields.text("image", "picture"))
	r.Language = fields.text("locale")
	nutrition := fields.inner("nutrition")
	r.Nutrition.Each(func(name string, value *string) { *value = nutrition.text(name) })
	if r.Tags = fields.names("tags", "tag"); len(r.Tags) == 0 {
		r.Tags = commaParted(fields.raw("tags", "tag"))
	}
	for _, key := range []string{"course", "category", "cuisine", "diet"} {
		r.Tags = append(r.Tags, commaParted(fields.raw(key))...)
	}
}

// inOrder sorts the ingredients into the order of a list that Larder wrote them from.
func (c *cook) inOrder() {
	places := c.fields.list("ingredient order")
	rows := c.recipe.Ingredients
	if len(places) != len(rows) {
		return
	}
	ordered := make([]events.Ingredient, len(rows))
	for i, place := range places {
		said, _ := place.(string)
		n, err := strconv.Atoi(said)
		if err != nil || n < 1 || n > len(rows) || ordered[n-1].Text != "" {
			return
		}
		ordered[n-1] = rows[i]
	}
	c.recipe.Ingredients = ordered
}

// Written reads a text file of Chowdown or Cooklang, or returns false if it is plain text.
func Written(place string, content []byte) (r found.Recipe, ok bool, err error) {
	if HasFrontMatter(content) {
		if r, ok, err = Chowdown(place, content); ok || err != nil {
			return r, ok, err
		}
	}
	if IsCooklang(place, bytes.TrimSpace(content)) {
		r, err = Cooklang(place, content)
		return r, err == nil, err
	}
	return found.Recipe{}, false, nil
}
