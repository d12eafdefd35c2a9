package archive

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"larder.dev/events"
	"larder.dev/importer/found"
)

// frontMatter splits a file into the YAML between two lines of dashes at its beginning, and the
// rest.
func frontMatter(content []byte) (fields object, body string, err error) {
	whole := strings.ReplaceAll(string(bytes.TrimPrefix(content, []byte("\ufeff"))), "\r\n", "\n")
	head, ok := strings.CutPrefix(strings.TrimLeft(whole, "\n \t"), "---\n")
	if !ok {
		return nil, whole, nil
	}
	head, body, ok = strings.Cut("\n"+head, "\n---")
	if !ok {
		return nil, whole, nil
	}
	_, body, _ = strings.Cut(body, "\n")
	var read map[string]any
	if err := yaml.Unmarshal([]byte(head), &read); err != nil {
		if read = keyedLines(head); read == nil {
			return nil, body, fmt.Errorf("read the front matter: %w", err)
		}
	}
	fields = make(object, len(read))
	for key, value := range read {
		fields[strings.ToLower(strings.TrimSpace(key))] = plainValue(value)
	}
	return fields, body, nil
}

// keyedLines reads front matter that isn't valid YAML as "key : value" lines, such as "cooking time    :30 mins". It
// returns nil if any line has another form.
func keyedLines(head string) map[string]any {
	read := map[string]any{}
	for line := range strings.Lines(head) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if key = strings.TrimSpace(key); !ok || key == "" {
			return nil
		}
		read[key] = strings.TrimSpace(value)
	}
	return read
}

// plainValue returns numbers as written, like the JSON values here.
func plainValue(value any) any {
	switch v := value.(type) {
	case int, int64, uint64, float64, bool:
		return fmt.Sprint(v)
	case []any:
		all := make([]any, len(v))
		for i, each := range v {
			all[i] = plainValue(each)
		}
		return all
	case map[string]any:
		all := make(map[string]any, len(v))
		for key, each := range v {
			all[key] = plainValue(each)
		}
		return all
	default:
		return value
	}
}

// HasFrontMatter reports whether a file begins with a line of dashes.
func HasFrontMatter(content []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(content[:min(len(content), 64)]), []byte("---"))
}

// Chowdown reads a Chowdown page: front matter with lists, and a description below. It returns
// false for any other file.
func Chowdown(place string, content []byte) (r found.Recipe, ok bool, err error) {
	fields, body, err := frontMatter(content)
	if err != nil || len(fields.list("ingredients")) == 0 {
		return found.Recipe{}, false, err
	}
	r = found.Recipe{
		Place:       place,
		Name:        fields.text("title", "name"),
		Description: text(body),
		Tags:        fields.names("tags", "categories"),
		SourceURL:   fields.text("source", "source_url", "url"),
		Author:      fields.text("author"),
		Picture:     fields.text("image"),
	}
	if len(r.Tags) == 0 {
		r.Tags = commaParted(fields.raw("tags", "categories"))
	}
	r.SetYield(fields.raw("yield", "servings", "serves"))
	aboutTime(&r, fields)
	section := ""
	for _, row := range fields.list("ingredients") {
		switch v := row.(type) {
		case string:
			r.Ingredients = append(r.Ingredients, events.Ingredient{Text: found.Line(v), Section: section})
		case map[string]any: // a named group
			for name, rows := range v {
				section = name
				for _, each := range (object{"rows": rows}).names("rows") {
					r.Ingredients = append(r.Ingredients, events.Ingredient{Text: each, Section: section})
				}
			}
		}
	}
	r.Ingredients = found.UnderHeadings(r.Ingredients)
	r.Steps = found.Steps(fields.names("directions", "steps", "instructions", "method")...)
	r.Finish()
	return r, true, nil
}

func aboutTime(r *found.Recipe, fields object) {
	r.PrepMinutes = found.Minutes(fields.raw("prep time", "prep_time", "preptime", "preparation time", "time.prep", "prep"))
	r.CookMinutes = found.Minutes(fields.raw("cook time", "cook_time", "cooktime", "cooking time", "time.cook", "cook"))
	r.TotalMinutes = found.Minutes(fields.raw("time", "total time", "total_time", "time required", "duration"))
}

func commaParted(text string) []string {
	var all []string
	for tag := range strings.SplitSeq(text, ",") {
		if tag = found.Line(tag); tag != "" {
			all = append(all, tag)
		}
	}
	return all
}
