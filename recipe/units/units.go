package units

import (
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"
)

// definition is a row of the tables below.
type definition struct {
	name      string
	plural    string // "" where it is the name
	dimension Dimension
	metric    bool
	perBase   *big.Rat
	thing     string
}

// measured are the units that can be converted: name, plural, what one is in the base unit as an exact
// decimal, and its spellings, in lower case and without points.
var measured = []struct { //nolint:gochecknoglobals // a table, never written to
	name, plural string
	dimension    Dimension
	metric       bool
	perBase      string
	spellings    string
}{
	{"mg", "", Mass, true, "0.001", "mg, milligram, milligrams, milligramm"},
	{"g", "", Mass, true, "1", "g, gr, gm, gms, gram, grams, gramme, grammes, gramm"},
	{"dag", "", Mass, true, "10", "dag, dkg, deka, dekagramm"},
	{"kg", "", Mass, true, "1000", "kg, kgs, kilo, kilos, kilogram, kilograms, kilogramm"},
	{"oz", "", Mass, false, "28.349523125", "oz, ozs, ounce, ounces, unze, unzen"},
	{"lb", "", Mass, false, "453.59237", "lb, lbs, pound, pounds"},
	{"Pfund", "", Mass, false, "500", "pfund, pfd"}, // the German one, half a kilogram

	{"ml", "", Volume, true, "1", "ml, mls, cc, milliliter, milliliters, millilitre, millilitres"},
	{"cl", "", Volume, true, "10", "cl, centiliter, centiliters, centilitre, centilitres, zentiliter"},
	{"dl", "", Volume, true, "100", "dl, deciliter, deciliters, decilitre, decilitres, deziliter"},
	{"l", "", Volume, true, "1000", "l, ltr, liter, liters, litre, litres"},
	{"tsp", "", Volume, false, "4.92892159375", "tsp, tsps, tspn, teaspoon, teaspoons, teaspoonful, teaspoonfuls, tea spoon, tea spoons, " +
		"tea-spoonful, tea-spoonfuls, tea-spoon, tea-spoons, teasp, " +
		"tl, teelöffel, teel, kaffeelöffel, kl, čl"},
	{"dsp", "", Volume, false, "9.8578431875", "dsp, dstsp, dessertspoon, dessertspoons, dessertspoonful, dessertlöffel"},
	{"tbsp", "", Volume, false, "14.78676478125", "tbsp, tbsps, tbs, tbls, tblsp, tblsps, tbspn, tbl, tablespoon, tablespoons, tablesp, " +
		"table spoon, table spoons, table-spoonful, table-spoonfuls, table-spoon, table-spoons, " +
		"tablespoonful, tablespoonfuls, el, esslöffel, eßlöffel, essl, pl"},
	{"fl oz", "", Volume, false, "29.5735295625", "fl oz, floz, fl ozs, fluid ounce, fluid ounces, fluid oz"},
	{"cup", "cups", Volume, false, "236.5882365", "cup, cups, cupful, cupfuls, tasse, tassen"},
	{"pt", "", Volume, false, "473.176473", "pt, pts, pint, pints"},
	{"qt", "", Volume, false, "946.352946", "qt, qts, quart, quarts"},
	{"gal", "", Volume, false, "3785.411784", "gal, gals, gallon, gallons"},

	{"mm", "", Length, true, "0.1", "mm, millimeter, millimeters, millimetre, millimetres"},
	{"cm", "", Length, true, "1", "cm, centimeter, centimeters, centimetre, centimetres, zentimeter"},
	{"inch", "inches", Length, false, "2.54", "inch, inches"},
}

// things are the units without a measure: the name, the plural, other spellings behind them, the German
// ones last. A unit that begins with = is another word for the one above it, and can be added to it.
const things = `
ball, balls
bar, bars, riegel, tafel, tafeln
batch, batches
block, blocks, blöcke
bottle, bottles, flasche, flaschen
bowl, bowls
box, boxes
branch, branches
bulb, bulbs, knolle, knollen
bunch, bunches, bund, bunde, bünde, bd
bundle, bundles
can, cans, dose, dosen, büchse
=tin, tins
carton, cartons
chunk, chunks
clove, cloves, zehe, zehen
container, containers
cube, cubes, würfel
dash, dashes, spritzer
dollop, dollops, klecks
drizzle, drizzles
drop, drops, tropfen
ear, ears
envelope, envelopes
fillet, fillets
fistful, fistfuls
glass, glasses
glug, glugs, schuss, schuß
grind, grinds, grinding, grindings
handful, handfuls, handvoll, hand, hände, hand voll, hände voll
head, heads, kopf, köpfe
jar, jars, glas, gläser
jigger, jiggers
jug, jugs
mug, mugs
knob, knobs
leaf, leaves, blatt, blätter
link, links
loaf, loaves, laib, laibe
lump, lumps
package, packages, pkg, pkgs, packung, packungen, päckchen, packerl, pck, pcks, pkt, pkts
=packet, packets
=pack, packs
=pouch, pouches
=sachet, sachets
bag, bags, beutel, tüte, tüten
pat, pats
piece, pieces, pc, pcs, stück, stücke, stk, st
pinch, pinches, prise, prisen, pr, msp, messerspitze
pod, pods, schote, schoten
pot, pots, topf
punnet, punnets
rack, racks
rasher, rashers
rib, ribs
roll, rolls, rolle, rollen
recipe, recipes
scoop, scoops, kugel, kugeln
segment, segments
sheet, sheets
shot, shots
slab, slabs
slice, slices, scheibe, scheiben
sliver, slivers
smidgen, smidgens
spear, spears
splash, splashes
spoonful, spoonfuls, spoon, spoons, löffel
sprig, sprigs, zweig, zweige
sprinkle, sprinkles
square, squares
stalk, stalks, stange, stangen, stängel, stiel, stiele
stem, stems
squeeze, squeezes
stick, sticks
strip, strips, streifen
tablet, tablets
tray, trays
tub, tubs, becher
tube, tubes, tube
twig, twigs
twist, twists
wedge, wedges, spalte, spalten
wheel, wheels
wineglass, wineglasses, wine-glass, wine-glasses, weinglas
`

// byCase are the spellings that differ in case alone.
var byCase = map[string]string{ //nolint:gochecknoglobals // a table, never written to
	"T": "tbsp", "Tb": "tbsp", "TB": "tbsp", "t": "tsp", "c": "cup", "C": "cup",
}

// units finds a definition by its spelling. Built once, from the tables.
var units = tabulate() //nolint:gochecknoglobals // the same tables, turned round

// first are the first words of the spellings of several words.
var first = firstWords() //nolint:gochecknoglobals // the same tables once more

func firstWords() map[string]bool {
	all := map[string]bool{}
	for spelling := range units {
		if before, _, several := strings.Cut(spelling, " "); several {
			all[before] = true
		}
	}
	return all
}

// Begins tells of a word in lower case that a unit of several words begins with it: the "fl" of "fl oz".
func Begins(word string) bool { return first[word] }

func tabulate() map[string]*definition {
	table := map[string]*definition{}
	for _, row := range measured {
		perBase, _ := new(big.Rat).SetString(row.perBase) // the tables' test reads them all
		known := &definition{name: row.name, plural: row.plural, dimension: row.dimension, metric: row.metric, perBase: perBase}
		for spelling := range strings.SplitSeq(row.spellings, ", ") {
			table[spelling] = known
		}
	}
	thing := ""
	for line := range strings.Lines(strings.TrimSpace(things)) {
		line, same := strings.CutPrefix(strings.TrimSpace(line), "=")
		spellings := strings.Split(line, ", ")
		if !same {
			thing = spellings[0]
		}
		known := &definition{name: spellings[0], plural: spellings[1], dimension: Thing, thing: thing}
		for _, spelling := range spellings {
			table[spelling] = known
		}
	}
	return table
}

// find looks a spelling up. Points belong to abbreviations ("fl. oz.") and tell nothing.
func find(text string) *definition {
	text = strings.TrimSuffix(strings.TrimSpace(text), ".")
	if name, ok := byCase[text]; ok {
		return units[name]
	}
	if known, ok := units[text]; ok {
		return known
	}
	return units[fold(text)]
}

// fold brings a spelling to the form of the tables.
func fold(text string) string {
	plain := true
	for i := range len(text) {
		b := text[i]
		plain = plain && b < utf8.RuneSelf && b != '.' && !unicode.IsUpper(rune(b))
	}
	if plain {
		return text
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(text), ".", " ")), " ")
}
