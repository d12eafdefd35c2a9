package transfer

import (
	"larder.dev/events"
	"larder.dev/recipe"
)

// content is what an id is derived from. Its shape must never change, whatever is added to a
// recipe: a file imported before must be recognised.
type content struct {
	Name, Description        string
	Servings                 *float64
	PrepMinutes, CookMinutes *int
	SourceURL                string
	Tags                     []string
	Notes                    string
	Ingredients              []contentRow
	Steps                    []events.Step
}

type contentRow struct {
	Text        string                `json:"text"`
	Quantity    *float64              `json:"quantity"`
	QuantityMax *float64              `json:"quantity_max"`
	Unit        string                `json:"unit"`
	Name        string                `json:"name"`
	Note        string                `json:"note"`
	Section     string                `json:"section"`
	Second      *events.SecondMeasure `json:"second,omitempty"`
}

func contentOf(d recipe.Draft) content {
	if d.PrepMinutes == nil && d.CookMinutes == nil {
		d.CookMinutes = d.TotalMinutes // where imports stored it before there was a total
	}
	rows := make([]contentRow, len(d.Ingredients))
	for i, row := range d.Ingredients {
		rows[i] = contentRow(row)
	}
	return content{
		d.Name, d.Description, d.Servings, d.PrepMinutes, d.CookMinutes, d.SourceURL, d.Tags, d.Notes, rows, d.Steps,
	}
}
