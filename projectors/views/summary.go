package views

import (
	"encoding/json"
	"time"

	"larder.dev/events"
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

// summaryOf gives the summary of a recipe as JSON, which has no line feed; empty where JSON can't say it.
func summaryOf(r events.Recipe) []byte {
	text, err := json.Marshal(Summary{
		ID: r.ID, Name: r.Name, Version: r.Version, Tags: r.Tags, Servings: r.Servings,
		PrepMinutes: r.PrepMinutes, CookMinutes: r.CookMinutes, UpdatedAt: r.UpdatedAt,
	})
	if err != nil {
		return nil
	}
	return text
}
