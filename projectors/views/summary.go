package views

import (
	"encoding/json"
	"time"

	"larder.dev/events"
)

// Summary is what a list shows of a recipe. Its JSON is a list item of the query API, so that
// cached summaries are sent unchanged.
type Summary struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Version      int64     `json:"version"`
	Tags         []string  `json:"tags"`
	Servings     *float64  `json:"servings"`
	TotalMinutes *int      `json:"total_minutes"` // missing in summaries that were cached before it existed
	PrepMinutes  *int      `json:"prep_minutes"`
	CookMinutes  *int      `json:"cook_minutes"`
	Favourite    bool      `json:"favourite"` // missing, like Rating, in summaries cached before recipes were marked
	Rating       *int      `json:"rating"`
	UpdatedAt    time.Time `json:"updated_at"`
}

// JSON returns the summary as JSON without line feeds; empty if it can't be encoded.
func (s Summary) JSON() []byte {
	if s.Tags == nil {
		s.Tags = []string{} // the contract excludes "tags": null
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil
	}
	return text
}

func summaryOf(r events.Recipe) Summary {
	return Summary{
		ID: r.ID, Name: r.Name, Version: r.Version, Tags: r.Tags, Servings: r.Servings,
		TotalMinutes: r.TotalMinutes, PrepMinutes: r.PrepMinutes, CookMinutes: r.CookMinutes,
		Favourite: r.Favourite, Rating: r.Rating, UpdatedAt: r.UpdatedAt,
	}
}
