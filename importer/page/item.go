package page

import (
	"encoding/json"
	"strings"

	"larder.dev/importer/found"
)

// item is a schema.org thing with its properties, however the page marks it.
type item map[string]any

// is reports whether an item is of a type, in any spelling: "Recipe", "schema:Recipe", or one of
// several.
func (it item) is(name string) bool {
	for _, kind := range list(it.property("@type", "type")) {
		if text, ok := kind.(string); ok && strings.EqualFold(local(text), name) {
			return true
		}
	}
	return false
}

// property returns the first of several properties that an item has. Many pages capitalise the
// names or write them in full.
func (it item) property(names ...string) any {
	for _, name := range names {
		if value, ok := it[name]; ok && !blank(value) {
			return value
		}
	}
	for _, name := range names {
		for key, value := range it {
			if strings.EqualFold(local(key), name) && !blank(value) {
				return value
			}
		}
	}
	return nil
}

func (it item) text(names ...string) string { return textOf(it.property(names...)) }

// local returns a name without the address or prefix of its vocabulary.
func local(name string) string {
	name = strings.TrimRight(strings.TrimSpace(name), "/#")
	return name[strings.LastIndexAny(name, "/#:")+1:]
}

func blank(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	default:
		return false
	}
}

// list returns a value as a flat list of values.
func list(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		flat := make([]any, 0, len(v))
		for _, each := range v {
			flat = append(flat, list(each)...)
		}
		return flat
	default:
		return []any{v}
	}
}

func asItem(value any) (item, bool) {
	it, ok := value.(map[string]any)
	return it, ok
}

// textOf returns a value's text in one line, or that of the first of several values.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return found.Line(v)
	case json.Number:
		return v.String()
	case []any:
		for _, each := range v {
			if text := textOf(each); text != "" {
				return text
			}
		}
	case map[string]any:
		return item(v).text("@value", "name", "text", "value", "url", "@id")
	}
	return ""
}

// textsOf returns the text of each of several values.
func textsOf(value any) []string {
	var texts []string
	for _, each := range list(value) {
		if text := textOf(each); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}
