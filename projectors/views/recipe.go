package views

import (
	"fmt"

	"larder.dev/events"
	"larder.dev/recipe"
)

// RecipeJSON returns a recipe's JSON for clients, and whether its rows have parts there that the
// event lacks. These are the event's own bytes if it is of the current version and complete,
// otherwise the recipe encoded again.
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
