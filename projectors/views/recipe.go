package views

import (
	"encoding/json"
	"fmt"

	"larder.dev/events"
)

// RecipeJSON gives the JSON of a recipe for readers: the event's own bytes where the event is of the
// current version, else the decoded recipe written anew.
func RecipeJSON(e events.Envelope, r events.Recipe) ([]byte, error) {
	if e.SchemaVersion == events.CurrentVersion(e.Type) {
		return e.Data, nil
	}
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write recipe %s of event %s: %w", r.ID, e.ID, err)
	}
	return body, nil
}
