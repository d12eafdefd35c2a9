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
	// Foreign are the spellings that may be another word in English and German, Doubted those that are two units, and
	// NotUnits the foods that begin with one.
	Foreign  string `json:"foreign"`
	Doubted  string `json:"doubted"`
	NotUnits string `json:"not_units"`
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
	words.addDoubts()
	return words
}

// isSpoon tells of a unit whose names are no other word.
func isSpoon(unit units.Unit) bool {
	return unit.Name() == "tbsp" || unit.Name() == "tsp" || unit.Name() == "krm"
}

// isLongAndBare tells of a spelling of a language that has no word between a unit and its food, whether it is long enough
// not to be a word of another, as "plakjes bladerdeeg" is; "handfull" is also a slip of English.
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

// addDoubts tells of which spellings and foods the app doesn't know the unit, since it doesn't ask for a line's language.
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
