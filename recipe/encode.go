package recipe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"larder.dev/events"
)

// MaxKept limits a recipe's JSON, in bytes. An event carries the whole recipe, NATS accepts 1 MiB
// including headers, and an event that can't be published would block all later ones.
const MaxKept = 960 << 10

// ErrTooLarge means that each field is within its limit, but the whole recipe is too large.
var ErrTooLarge = errors.New("the recipe is too large")

// EncodeRecipe encodes a recipe for events and HTTP answers. The error is ErrTooLarge.
func EncodeRecipe(r events.Recipe) ([]byte, error) {
	data, err := Encode(r)
	if err == nil && len(data) > MaxKept {
		return nil, fmt.Errorf("recipe %s has %d bytes: %w", r.ID, len(data), ErrTooLarge)
	}
	return data, err
}

// Encode writes JSON without escaping < and > for HTML, which would make some recipes six times as
// long.
func Encode(v any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

// Decode reads a recipe and its ingredients from table rows, each as JSON with the recipe's field
// names. Times are in UTC, so that encoding it gives the bytes of the event.
func Decode(row, ingredients []byte) (events.Recipe, error) {
	var r events.Recipe
	if err := json.Unmarshal(row, &r); err != nil {
		return events.Recipe{}, fmt.Errorf("read a recipe: %w", err)
	}
	if err := json.Unmarshal(ingredients, &r.Ingredients); err != nil {
		return events.Recipe{}, fmt.Errorf("read the ingredients of recipe %s: %w", r.ID, err)
	}
	r.CreatedAt, r.UpdatedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC()
	return r, nil
}
