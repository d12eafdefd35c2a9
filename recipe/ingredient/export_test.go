package ingredient

import (
	"maps"
	"slices"
	"strings"

	"larder.dev/recipe/units"
)

// AppWords are the words that the app scales by without a network.
type AppWords struct {
	Numbers   map[string]float64 `json:"numbers"`
	Fractions map[string]float64 `json:"fractions"`
	Articles  string             `json:"articles"`
	And       string             `json:"and"`
	Or        string             `json:"or"`
	Of        string             `json:"of"`
	Dozens    string             `json:"dozens"`
	Ordinals  string             `json:"ordinals"`
	Ranges    string             `json:"ranges"`
	Nouns     string             `json:"nouns"`
	Metric    string             `json:"metric"`
	Measured  string             `json:"measured"`
	Plurals   map[string]string  `json:"plurals"`
	Units     map[string]string  `json:"units"` // by name, their spellings (units.Words)
}

// WordsForTheApp gives the tables as the app reads them: lists parted by |.
func WordsForTheApp() AppWords {
	list := func(words map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(words)), "|") }
	words := AppWords{
		Numbers: scaleWords.numbers, Fractions: scaleWords.fractions, Articles: list(scaleWords.articles), And: list(scaleWords.and),
		Or: list(scaleWords.or), Of: list(scaleWords.of), Dozens: list(scaleWords.dozens), Ordinals: list(scaleWords.ordinals), Ranges: list(scaleWords.ranges),
		Nouns: strings.Join(units.Nouns(), "|"), Metric: strings.Join(units.MetricNames(), "|"),
		Plurals: map[string]string{}, Units: map[string]string{},
	}
	measured := map[string]bool{}
	for name, rows := range units.Words() {
		unit := units.Named(name)
		words.Units[name] = strings.Join(rows, "|")
		if unit.Plural() != name {
			words.Plurals[name] = unit.Plural()
		}
		if d := unit.Dimension(); d == units.Mass || d == units.Volume {
			measured[name] = true
		}
	}
	words.Measured = list(measured)
	return words
}
