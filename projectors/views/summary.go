package views

import (
	"encoding/json"
	"time"
)

// Summary is what a list shows of a recipe. Names are those of the recipe.
type Summary struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Version     int64     `json:"version"`
	Tags        []string  `json:"tags"`
	Servings    *float64  `json:"servings"`
	PrepMinutes *int      `json:"prep_minutes"`
	CookMinutes *int      `json:"cook_minutes"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// summaryOf gives the summary of a recipe as JSON, which has no line feed; empty for what is no recipe.
func summaryOf(recipeJSON []byte) []byte {
	var s Summary
	if err := json.Unmarshal(recipeJSON, &s); err != nil {
		return nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil // a time that JSON can't say
	}
	return text
}
