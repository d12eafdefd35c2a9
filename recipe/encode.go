package recipe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"larder.dev/events"
)

// MaxKept bounds a recipe as JSON, in bytes. An event carries it whole, NATS takes 1 MiB with the headers,
// and an event that can't be published would hold up all that come after it.
const MaxKept = 960 << 10

// ErrTooLarge is the error of a recipe whose fields are within their limits, and that is too large as a
// whole.
var ErrTooLarge = errors.New("the recipe is too large")

// EncodeRecipe writes a recipe as it is published and answered. The error is ErrTooLarge.
func EncodeRecipe(r events.Recipe) ([]byte, error) {
	data, err := Encode(r)
	if err == nil && len(data) > MaxKept {
		return nil, fmt.Errorf("recipe %s has %d bytes: %w", r.ID, len(data), ErrTooLarge)
	}
	return data, err
}

// Encode writes JSON without escaping < and > for the sake of HTML, which would make some recipes six
// times as long.
func Encode(v any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

// Decode reads a recipe and its ingredients as the tables give them, each as JSON whose fields are named as those of the
// recipe. Instants are in UTC, so that the bytes made of it are those of the event.
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
