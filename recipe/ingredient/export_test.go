package ingredient

import (
	"maps"
	"slices"
	"strings"

	"larder.dev/recipe/units"
)

// AppWords holds the words that the app scales with offline.
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
	Units     map[string]string  `json:"units"` // spellings by name (units.Words)
	// Foreign lists spellings that may be another word in English and German, Doubted those of two
	// units, and NotUnits foods that begin with one.
	Foreign  string `json:"foreign"`
	Doubted  string `json:"doubted"`
	NotUnits string `json:"not_units"`
}

// WordsForTheApp returns the tables in the app's format: lists separated by |.
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
	words.addDoubts()
	return words
}

// isSpoon reports whether a unit's names are no other word.
func isSpoon(unit units.Unit) bool {
	return unit.Name() == "tbsp" || unit.Name() == "tsp" || unit.Name() == "krm"
}

// isLongAndBare reports whether a spelling, of a language without a word between unit and food, is
// too long to be a word of another language, like "plakjes" in "plakjes bladerdeeg"; "handfull" is
// also misspelled English.
func isLongAndBare(text string) bool {
	long := false
	for _, v := range vocabularies[1:] {
		_, ok := v.units.Parse(text)
		long = long || ok && !v.nounFirst && len(text) > 4
	}
	for _, own := range units.Spelled() {
		_, ok := vocabularies[0].units.Parse(own)
		long = long && (!ok || len(own) < 5 || !strings.HasPrefix(text, own))
	}
	return long
}

// addDoubts records the spellings and foods whose unit the app can't know, since it doesn't
// determine a line's language.
func (w *AppWords) addDoubts() {
	foreign, doubted, foods := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, text := range units.Spelled() {
		unit, _ := units.Parse(text)
		if _, ok := vocabularies[0].units.Parse(text); !ok && !isSpoon(unit) && !isLongAndBare(text) {
			foreign[text] = true
		}
		for _, v := range vocabularies {
			if other, ok := v.units.Parse(text); ok && other != unit {
				doubted[text] = true
			}
		}
	}
	for _, v := range vocabularies {
		for entry, as := range v.phrases {
			if as&notUnit != 0 {
				foods[entry] = true
			}
		}
	}
	list := func(words map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(words)), "|") }
	w.Foreign, w.Doubted, w.NotUnits = list(foreign), list(doubted), list(foods)
}
