package units

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nouns lists countable foods, singular and plural; unit words are in the language tables. Any
// other word stays as its writer wrote it. German nouns are capitalised, which distinguishes
// "Orange, Orangen" from "orange, oranges".
const nouns = `
almond almonds, apple apples, apricot apricots, artichoke artichokes, aubergine aubergines, avocado avocados,
bagel bagels, banana bananas, bean beans, beet beets, beetroot beetroots, berry berries, biscuit biscuits,
bun buns, breast breasts, carrot carrots, cherry cherries, chilli chillies, courgette courgettes,
cracker crackers, cucumber cucumbers, date dates, egg eggs, eggplant eggplants, fig figs, gherkin gherkins,
lemon lemons, lime limes, leek leeks, mango mangoes, mushroom mushrooms, nectarine nectarines, olive olives,
onion onions, orange oranges, parsnip parsnips, peach peaches, pear pears, pepper peppers, pita pitas, plum plums,
potato potatoes, prawn prawns, radish radishes, sausage sausages, scallion scallions, shallot shallots,
strawberry strawberries, thigh thighs, tomato tomatoes, tortilla tortillas, turnip turnips, walnut walnuts,
white whites, yolk yolks, zucchini zucchinis, mussel mussels, chop chops, drumstick drumsticks, wing wings,

Apfel Äpfel, Aubergine Auberginen, Avocado Avocados, Banane Bananen, Birne Birnen, Bohne Bohnen, Champignon Champignons,
Ei Eier, Eigelb Eigelbe, Eiweiß Eiweiße, Erdbeere Erdbeeren, Feige Feigen, Gurke Gurken, Kartoffel Kartoffeln,
Karotte Karotten, Kirsche Kirschen, Limette Limetten, Möhre Möhren, Olive Oliven, Orange Orangen,
Pflaume Pflaumen, Pilz Pilze, Tomate Tomaten, Zitrone Zitronen, Zwiebel Zwiebeln, Schalotte Schalotten,
Mango Mangos, Nuss Nüsse, Wurst Würste
`

// noun is a word's singular and plural.
type noun struct{ one, many string }

// inflected maps both forms to their noun. Built once, from the table.
var inflected = func() map[string]noun { //nolint:gochecknoglobals // the same table, turned round
	all := map[string]noun{}
	for _, entry := range Nouns() {
		one, many, _ := strings.Cut(entry, " ")
		for _, form := range []string{one, many} {
			all[form] = noun{one, many}
			if _, known := all[strings.ToLower(form)]; !known {
				all[strings.ToLower(form)] = noun{one, many}
			}
		}
	}
	return all
}()

// Nouns returns the rows of the table: "cup cups".
func Nouns() []string {
	var rows []string
	for entry := range strings.SplitSeq(nouns, ",") {
		if entry = strings.TrimSpace(entry); entry != "" {
			rows = append(rows, entry)
		}
	}
	return rows
}

// minHead is the minimum length of a compound's last part for it to be recognised: "Knoblauchzehe"
// is a Zehe.
const minHead = 4

// Inflect returns a unit or food word in the form for a quantity: "cup" and "cups", "Knoblauchzehe"
// and "Knoblauchzehen". An unknown word stays unchanged.
func Inflect(word string, quantity float64) string {
	start := headOf(word)
	if start < 0 {
		return word
	}
	head := word[start:]
	if every.find(head).unit != nil {
		return word[:start] + Form(head, quantity, nil)
	}
	known, ok := inflected[head]
	if !ok {
		known = inflected[strings.ToLower(head)]
	}
	form := known.one
	if Many(quantity, nil) {
		form = known.many
	}
	if strings.EqualFold(form, head) {
		return word
	}
	return word[:start] + withCaseOf(head, strings.ToLower(form))
}

// Head returns the unit or food that a compound ends with: "zehe" of "Knoblauchzehe"; "" for any
// other word.
func Head(word string) string {
	if start := headOf(word); start > 0 {
		return word[start:]
	}
	return ""
}

// headOf returns where the known noun in a word begins: 0, the last part of a compound, or -1 if
// there is none.
func headOf(word string) int {
	low := strings.ToLower(word)
	_, exact := inflected[word]
	_, folded := inflected[low]
	if exact || folded || every.find(word).unit != nil {
		return 0
	}
	if len(low) != len(word) {
		return -1
	}
	for start := range low {
		if start == 0 || utf8.RuneCountInString(low[start:]) < minHead {
			continue
		}
		if unit := every.find(low[start:]); unit.unit != nil && unit.one != unit.many {
			return start
		}
		if known, ok := inflected[low[start:]]; ok && isCapital(known.one) && isCapital(word) {
			return start
		}
	}
	return -1
}

func isCapital(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(first)
}

// MetricNames returns the names of the metric units.
func MetricNames() []string {
	var names []string
	for _, row := range measured {
		if row.metric {
			names = append(names, row.name)
		}
	}
	slices.Sort(names)
	return names
}

// Spelled returns all spellings of units, in all languages.
func Spelled() []string { return slices.Sorted(maps.Keys(every.bySpelling)) }

// Words returns the spellings of all languages by unit name, for readers elsewhere: "tsp" if
// singular and plural are the same, else "cup/cups". A quantity in front, "2;branche/…", is where
// the plural begins if not just above one; a spelling in front, "branche=branche/branches", is
// given if another language has different forms.
func Words() map[string][]string {
	words := map[string][]string{}
	for _, text := range slices.Sorted(maps.Keys(every.bySpelling)) {
		known := every.bySpelling[text]
		if known.unit == nil || strings.Contains(text, "’") {
			continue
		}
		row, other := text, known.one
		if text == known.one {
			other = known.many
		}
		if known.one != known.many {
			row = known.one + "/" + known.many
			if every.bySpelling[other] != known {
				row = text + "=" + row
			}
			if known.manyFrom != overOne {
				row = strconv.FormatFloat(known.manyFrom, 'f', -1, 64) + ";" + row
			}
		}
		if name := known.unit.name; !slices.Contains(words[name], row) {
			words[name] = append(words[name], row)
		}
	}
	return words
}
