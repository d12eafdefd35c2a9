package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"larder.dev/importer/found"
)

// ErrUnknown means that the content is JSON in an unknown format.
var ErrUnknown = errors.New("no format of recipes is recognised")

// format reads a recipe of one program, or returns false for another program's object.
type format func(o object) (found.Recipe, bool)

// JSON reads a file with one recipe, a list of them, or one per line, in any program's format. It
// returns ErrUnknown if the file is JSON but in none of these formats.
func JSON(place string, content []byte, sink found.Sink) error {
	if found.TooDeep(content) {
		return errors.New("nested too deep")
	}
	var whole any
	if err := unmarshal(content, &whole); err == nil {
		return objects(place, whole, sink)
	}
	lines := bytes.Split(bytes.TrimSpace(content), []byte("\n"))
	var first object
	if len(lines) < 2 || unmarshal(lines[0], &first) != nil {
		return ErrUnknown
	}
	for i, line := range lines {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		within := place + "#" + strconv.Itoa(i+1)
		var o object
		err := unmarshal(line, &o)
		if err == nil {
			err = objects(within, map[string]any(o), sink)
		}
		if err != nil {
			sink.Failed(found.Failure{Place: within, Name: o.text("name", "title"), Reason: err.Error()})
		}
	}
	return nil
}

func unmarshal(content []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if err := decoder.Decode(to); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	if decoder.More() {
		return errors.New("read JSON: more than one value")
	}
	return nil
}

func objects(place string, value any, sink found.Sink) error {
	switch v := value.(type) {
	case map[string]any:
		for _, read := range []format{mealieRecipe, tandoorRecipe, paprikaRecipe, melaRecipe, larderRecipe} {
			if r, ok := read(v); ok {
				r.Place = place
				r.Finish()
				sink.Recipe(r)
				return nil
			}
		}
		return ErrUnknown
	case []any:
		return list(place, v, sink)
	default:
		return ErrUnknown
	}
}

func list(place string, values []any, sink found.Sink) error {
	read := false
	var unknown []found.Failure
	for i, value := range values {
		within := place + "#" + strconv.Itoa(i+1)
		if err := objects(within, value, sink); err != nil {
			unknown = append(unknown, found.Failure{Place: within, Reason: err.Error()})
			continue
		}
		read = true
	}
	if !read {
		return ErrUnknown
	}
	for _, failure := range unknown {
		sink.Failed(failure)
	}
	return nil
}

// object is untrusted JSON of any shape.
type object map[string]any

// value returns the first of several fields that is set.
func (o object) value(names ...string) any {
	for _, name := range names {
		if v, ok := o[name]; ok && v != nil && v != "" {
			return v
		}
	}
	return nil
}

func (o object) has(name string) bool { _, ok := o[name]; return ok }

// raw returns a text as written, or the digits of a number.
func (o object) raw(names ...string) string {
	switch v := o.value(names...).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return ""
	}
}

func (o object) text(names ...string) string { return found.Line(o.raw(names...)) }

func (o object) number(names ...string) float64 {
	n, err := strconv.ParseFloat(strings.TrimSpace(o.raw(names...)), 64)
	if err != nil {
		return 0
	}
	return n
}

func (o object) is(name string) bool { v, ok := o[name].(bool); return ok && v }

func (o object) inner(names ...string) object {
	v, _ := o.value(names...).(map[string]any)
	return v
}

func (o object) list(names ...string) []any {
	v, _ := o.value(names...).([]any)
	return v
}

// objects returns the objects of a list.
func (o object) objects(names ...string) []object {
	var all []object
	for _, each := range o.list(names...) {
		if v, ok := each.(map[string]any); ok {
			all = append(all, v)
		}
	}
	return all
}

// names returns the texts of a list, or the names of its objects.
func (o object) names(fields ...string) []string {
	var all []string
	for _, field := range fields {
		for _, each := range o.list(field) {
			name := ""
			switch v := each.(type) {
			case string:
				name = found.Line(v)
			case map[string]any:
				name = object(v).text("name", "label")
			}
			if name != "" {
				all = append(all, name)
			}
		}
	}
	return all
}
