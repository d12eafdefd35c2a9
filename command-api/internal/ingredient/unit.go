package ingredient

import (
	"strings"
	"unicode"
)

// spellings lists for each unit how people write it, lower case, without a point at the end. Where case
// tells two apart (T is a tablespoon, t a teaspoon), see caseUnit.
var spellings = map[string][]string{ //nolint:gochecknoglobals // a table, never written to
	"mg":      {"mg", "milligram", "milligrams", "milligramm"},
	"g":       {"g", "gr", "gram", "grams", "gramme", "grammes", "gramm"},
	"kg":      {"kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramm"},
	"ml":      {"ml", "milliliter", "milliliters", "millilitre", "millilitres"},
	"cl":      {"cl", "centiliter", "centiliters", "centilitre", "centilitres", "zentiliter"},
	"dl":      {"dl", "deciliter", "deciliters", "decilitre", "decilitres", "deziliter"},
	"l":       {"l", "liter", "liters", "litre", "litres"},
	"tsp":     {"tsp", "tsps", "teaspoon", "teaspoons", "tl", "teelöffel"},
	"tbsp":    {"tbsp", "tbsps", "tbs", "tbl", "tablespoon", "tablespoons", "el", "esslöffel", "eßlöffel"},
	"cup":     {"cup", "cups", "tasse", "tassen"},
	"fl oz":   {"fl oz", "fl. oz", "floz", "fluid ounce", "fluid ounces"},
	"oz":      {"oz", "ounce", "ounces"},
	"lb":      {"lb", "lbs", "pound", "pounds"},
	"pt":      {"pt", "pint", "pints"},
	"qt":      {"qt", "quart", "quarts"},
	"gal":     {"gal", "gallon", "gallons"},
	"pinch":   {"pinch", "pinches", "prise", "prisen"},
	"dash":    {"dash", "dashes", "spritzer"},
	"drop":    {"drop", "drops", "tropfen"},
	"handful": {"handful", "handfuls", "handvoll"},
	"bunch":   {"bunch", "bunches", "bund"},
	"sprig":   {"sprig", "sprigs", "zweig", "zweige"},
	"stalk":   {"stalk", "stalks", "stange", "stangen"},
	"clove":   {"clove", "cloves", "zehe", "zehen"},
	"slice":   {"slice", "slices", "scheibe", "scheiben"},
	"piece":   {"piece", "pieces", "stück", "stücke"},
	"stick":   {"stick", "sticks"},
	"can":     {"can", "cans", "tin", "tins", "dose", "dosen"},
	"jar":     {"jar", "jars", "glas", "gläser"},
	"bottle":  {"bottle", "bottles", "flasche", "flaschen"},
	"package": {"package", "packages", "packet", "packets", "pack", "packs", "pkg", "packung", "packungen", "päckchen"},
	"bag":     {"bag", "bags", "beutel"},
	"box":     {"box", "boxes"},
	"head":    {"head", "heads"},
	"knob":    {"knob", "knobs"},
}

// unitOf finds a unit by its spelling. Built once from spellings.
var unitOf = func() map[string]string { //nolint:gochecknoglobals // the same table, turned round
	table := map[string]string{}
	for unit, all := range spellings {
		for _, spelling := range all {
			table[spelling] = unit
		}
	}
	return table
}()

// caseUnit knows the spellings that differ by case alone.
func caseUnit(word string) string {
	switch word {
	case "T":
		return "tbsp"
	case "t":
		return "tsp"
	case "c", "C":
		return "cup"
	default:
		return ""
	}
}

// leadingUnit takes a unit off the front; "" and the text as it was where there is none.
func leadingUnit(s string) (unit, rest string) {
	trimmed := strings.TrimLeft(s, " ")
	first := unitWord(trimmed)
	if first == "" {
		return "", s
	}
	behind := strings.TrimPrefix(trimmed[len(first):], ".")
	if next := unitWord(strings.TrimLeft(behind, " ")); next != "" {
		two := strings.ToLower(first) + " " + strings.ToLower(next)
		if unit, ok := unitOf[two]; ok {
			after := strings.TrimLeft(behind, " ")[len(next):]
			return unit, strings.TrimPrefix(after, ".")
		}
	}
	if unit := caseUnit(first); unit != "" {
		return unit, behind
	}
	if unit, ok := unitOf[strings.ToLower(first)]; ok {
		return unit, behind
	}
	return "", s
}

// unitWord is the run of letters at the front.
func unitWord(s string) string {
	for i, r := range s {
		if !unicode.IsLetter(r) {
			return s[:i]
		}
	}
	return s
}
