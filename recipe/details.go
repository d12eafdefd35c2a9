package recipe

import (
	"encoding/json"
	"fmt"

	"larder.dev/events"
)

// HasDetails reports whether a recipe's JSON has one of the fields that were added in version 4 of
// the events. A program written before has none of them, and must not empty them by sending back
// what it has read.
func HasDetails(body []byte) (bool, error) {
	var sent struct {
		Yield        json.RawMessage `json:"yield"`
		TotalMinutes json.RawMessage `json:"total_minutes"`
		Author       json.RawMessage `json:"author"`
		Language     json.RawMessage `json:"language"`
		Nutrition    json.RawMessage `json:"nutrition"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return false, fmt.Errorf("read a recipe's fields: %w", err)
	}
	for _, field := range []json.RawMessage{sent.Yield, sent.TotalMinutes, sent.Author, sent.Language, sent.Nutrition} {
		if field != nil {
			return true, nil
		}
	}
	return false, nil
}

// withDetailsOf returns the draft with the recipe's details, if its writer doesn't know them.
func (d Draft) withDetailsOf(r events.Recipe) Draft {
	if !d.KeepDetails {
		return d
	}
	d.Yield, d.TotalMinutes, d.Author, d.Language, d.Nutrition = r.Yield, r.TotalMinutes, r.Author, r.Language, r.Nutrition
	return d
}
