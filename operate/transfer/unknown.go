package transfer

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"larder.dev/events"
)

// unknownFields names a line's fields that an import ignores: "colour", "ingredients[].brand". A
// line without any, like most, only costs a second parse.
func unknownFields(text []byte) []string {
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&written{}); err == nil {
		return nil
	}
	var names []string
	fields := object(text)
	names = appendUnknown(names, "", fields, written{})
	names = appendUnknown(names, "nutrition.", object(fields["nutrition"]), events.Nutrition{})
	for _, row := range list(fields["ingredients"]) {
		fields := object(row)
		names = appendUnknown(names, "ingredients[].", fields, events.Ingredient{})
		names = appendUnknown(names, "ingredients[].second.", object(fields["second"]), events.SecondMeasure{})
	}
	for _, step := range list(fields["steps"]) {
		names = appendUnknown(names, "steps[].", object(step), events.Step{})
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func appendUnknown(names []string, prefix string, fields map[string]json.RawMessage, known any) []string {
	for name := range fields {
		if !hasField(reflect.TypeOf(known), name) {
			names = append(names, prefix+name)
		}
	}
	return names
}

// hasField reports whether a struct has a field of that JSON name. encoding/json ignores case.
func hasField(known reflect.Type, name string) bool {
	for field := range known.Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if strings.EqualFold(tag, name) || field.Anonymous && hasField(field.Type, name) {
			return true
		}
	}
	return false
}

// object and list parse JSON of that kind; for other kinds they return nil.
func object(text json.RawMessage) (fields map[string]json.RawMessage) {
	if json.Unmarshal(text, &fields) != nil {
		return nil
	}
	return fields
}

func list(text json.RawMessage) (items []json.RawMessage) {
	if json.Unmarshal(text, &items) != nil {
		return nil
	}
	return items
}
