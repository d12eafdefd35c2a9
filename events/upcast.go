package events

import (
	"bytes"
	"encoding/json"
)

// noFiles is the JSON of a recipe without files. Inside a JSON string its quotes would be escaped.
//
//nolint:gochecknoglobals // a constant, but for the language
var noFiles = []byte(`"files":[]`)

// HasNoFiles reports whether a recipe's JSON has an empty file list, without decoding it. false
// means unknown.
func HasNoFiles(recipe []byte) bool { return bytes.Contains(recipe, noFiles) }

// colorFiles upcasts a recipe from version 1 to 2, where files have a color. An unknown color is
// empty. Recipes without files, which most are, stay unchanged.
func colorFiles(data json.RawMessage) (json.RawMessage, error) {
	if HasNoFiles(data) {
		return data, nil
	}
	var recipe map[string]json.RawMessage
	if err := json.Unmarshal(data, &recipe); err != nil {
		return nil, err
	}
	var files []File
	if err := json.Unmarshal(recipe["files"], &files); err != nil {
		return nil, err
	}
	colored, err := json.Marshal(files)
	if err != nil {
		return nil, err
	}
	recipe["files"] = colored
	return json.Marshal(recipe)
}

// noSecond upcasts a recipe from version 2 to 3, where ingredient rows may have a second measure.
// Older rows have none, and a missing field decodes to none. So the bytes stay unchanged, which
// saves time in a rebuild, where every recipe is read.
func noSecond(data json.RawMessage) (json.RawMessage, error) { return data, nil }

// noDetails upcasts a recipe from version 3 to 4, which adds yield, total_minutes, author, language
// and nutrition. Older recipes have none, and missing fields decode to none, so the bytes stay
// unchanged here too.
func noDetails(data json.RawMessage) (json.RawMessage, error) { return data, nil }

// noMark upcasts a recipe from version 4 to 5, which adds favourite and rating. Older recipes have
// neither, which is also what missing fields decode to.
func noMark(data json.RawMessage) (json.RawMessage, error) { return data, nil }

// noReplace upcasts an import's request from version 1 to 2, where it may replace what is there
// already. Older ones skip or keep, as they do now.
func noReplace(data json.RawMessage) (json.RawMessage, error) { return data, nil }
