package events

import (
	"bytes"
	"encoding/json"
)

// noFiles is how a recipe without files says so. A text that has these bytes has them with backslashes.
//
//nolint:gochecknoglobals // a constant, but for the language
var noFiles = []byte(`"files":[]`)

// HasNoFiles tells of the JSON of a recipe that it says so without looking at the rest. false is no answer.
func HasNoFiles(recipe []byte) bool { return bytes.Contains(recipe, noFiles) }

// colorFiles leads a recipe from version 1 to 2, where files have a color. What is not known of a picture is empty, so
// that a recipe without files, as most are, is left as it is.
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

// noSecond leads a recipe from version 2 to 3, where rows of ingredients may have a second measure. The older rows
// have none, which is what a decoder makes of a field that isn't there, so the bytes stay as they are: a rebuild reads
// every recipe.
func noSecond(data json.RawMessage) (json.RawMessage, error) { return data, nil }
