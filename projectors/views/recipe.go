package views

import (
	"fmt"

	"larder.dev/events"
	"larder.dev/recipe"
)

// RecipeJSON gives the JSON of a recipe for readers, and whether its rows have parts there that the event hasn't: the
// event's own bytes where it is of the current version and says all, else the recipe written anew.
func RecipeJSON(e events.Envelope, r events.Recipe) (body []byte, more bool, err error) {
	r, more = recipe.Understood(r)
	if !more && e.SchemaVersion == events.CurrentVersion(e.Type) {
		return e.Data, false, nil
	}
	body, err = recipe.Encode(r)
	if err != nil {
		return nil, false, fmt.Errorf("write recipe %s of event %s: %w", r.ID, e.ID, err)
	}
	return body, more, nil
}
