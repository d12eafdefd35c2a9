package page

import (
	"encoding/json"
	"strings"

	"larder.dev/importer/found"
)

// item is a thing of schema.org with its properties, whichever way the page says it.
type item map[string]any

// is tells that an item is of a type, however the type is written: "Recipe", "schema:Recipe", among several.
func (it item) is(name string) bool {
	for _, kind := range list(it.property("@type", "type")) {
		if text, ok := kind.(string); ok && strings.EqualFold(local(text), name) {
			return true
		}
	}
	return false
}

// property gives the first of several properties that an item has. Many pages write them with a capital, or in full.
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

// local is a name without the address or prefix of its vocabulary.
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

// list gives a value as a list of values; lists in it are made flat.
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

// textOf is what a value says, in one line: that of the first of several.
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

// textsOf is what each of several values says.
func textsOf(value any) []string {
	var texts []string
	for _, each := range list(value) {
		if text := textOf(each); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}
