// Package enclosed keeps a recipe whole inside the JSON of a format that has no place for all of
// it, such as sections of ingredients in schema.org. Other programs ignore it.
package enclosed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"larder.dev/recipe"
)

// key is the member that holds the recipe. No format of other programs has it.
const key = "larder"

// enclosure is the recipe, and the hash of everything around it.
type enclosure struct {
	Around string       `json:"around"`
	Recipe recipe.Draft `json:"recipe"`
}

// Enclose adds a recipe to the object that describes it in another format.
func Enclose(object map[string]any, whole recipe.Draft) error {
	around, err := hashAround(object)
	if err != nil {
		return err
	}
	object[key] = enclosure{Around: around, Recipe: whole}
	return nil
}

// Of returns the recipe in an object. It returns false if there is none, or if the object was
// changed since: then what is enclosed is out of date.
func Of(object map[string]any) (recipe.Draft, bool) {
	inner, there := object[key].(map[string]any)
	if !there {
		return recipe.Draft{}, false
	}
	text, err := json.Marshal(inner)
	if err != nil {
		return recipe.Draft{}, false
	}
	var found enclosure
	if err := json.Unmarshal(text, &found); err != nil {
		return recipe.Draft{}, false
	}
	around, err := hashAround(object)
	return found.Recipe, err == nil && around == found.Around
}

// hashAround depends only on what the object says: encoding/json sorts its members.
func hashAround(object map[string]any) (string, error) {
	around := make(map[string]any, len(object))
	for name, value := range object {
		if name != key {
			around[name] = value
		}
	}
	text, err := json.Marshal(around)
	if err != nil {
		return "", fmt.Errorf("encode what is around a recipe: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
