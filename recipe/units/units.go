package units

import (
	"math/big"
	"strings"
)

// definition is a row of the tables below.
type definition struct {
	name      string
	plural    string // "" if it equals the name
	dimension Dimension
	metric    bool
	perBase   *big.Rat
	thing     string
}

// measured lists the convertible units: name, plural, and their size in the base unit as an exact
// decimal.
var measured = []struct { //nolint:gochecknoglobals // a table, never written to
	name, plural string
	dimension    Dimension
	metric       bool
	perBase      string
}{
	{"mg", "", Mass, true, "0.001"},
	{"g", "", Mass, true, "1"},
	{"dag", "", Mass, true, "10"},
	{"hg", "", Mass, true, "100"},
	{"kg", "", Mass, true, "1000"},
	{"oz", "", Mass, false, "28.349523125"},
	{"lb", "", Mass, false, "453.59237"},
	{"Pfund", "", Mass, false, "500"}, // the German pound, half a kilogram

	{"ml", "", Volume, true, "1"},
	{"cl", "", Volume, true, "10"},
	{"dl", "", Volume, true, "100"},
	{"l", "", Volume, true, "1000"},
	{"krm", "", Volume, false, "1"}, // the Swedish spice measure
	{"tsp", "", Volume, false, "4.92892159375"},
	{"dsp", "", Volume, false, "9.8578431875"},
	{"tbsp", "", Volume, false, "14.78676478125"},
	{"fl oz", "", Volume, false, "29.5735295625"},
	{"cup", "cups", Volume, false, "236.5882365"},
	{"pt", "", Volume, false, "473.176473"},
	{"qt", "", Volume, false, "946.352946"},
	{"gal", "", Volume, false, "3785.411784"},

	{"mm", "", Length, true, "0.1"},
	{"cm", "", Length, true, "1"},
	{"inch", "inches", Length, false, "2.54"},
}

// things lists the units without a measure: name and plural. A unit that begins with = is another
// word for the one above it, and can be added to it.
const things = `
ball, balls
bar, bars
batch, batches
block, blocks
bottle, bottles
bowl, bowls
box, boxes
branch, branches
bulb, bulbs
bunch, bunches
bundle, bundles
can, cans
=tin, tins
carton, cartons
chunk, chunks
clove, cloves
container, containers
cube, cubes
dash, dashes
dollop, dollops
drizzle, drizzles
drop, drops
ear, ears
envelope, envelopes
fillet, fillets
fistful, fistfuls
glass, glasses
glug, glugs
grind, grinds
handful, handfuls
head, heads
jar, jars
jigger, jiggers
jug, jugs
mug, mugs
knob, knobs
ladle, ladles
leaf, leaves
link, links
loaf, loaves
lump, lumps
package, packages
=packet, packets
=pack, packs
=pouch, pouches
=sachet, sachets
bag, bags
part, parts
pat, pats
piece, pieces
pinch, pinches
pod, pods
pot, pots
punnet, punnets
rack, racks
rasher, rashers
rib, ribs
roll, rolls
recipe, recipes
scoop, scoops
segment, segments
sheet, sheets
shot, shots
slab, slabs
slice, slices
sliver, slivers
smidgen, smidgens
spear, spears
splash, splashes
spoonful, spoonfuls
sprig, sprigs
sprinkle, sprinkles
square, squares
stalk, stalks
stem, stems
squeeze, squeezes
stick, sticks
strip, strips
tablet, tablets
tray, trays
tub, tubs
tube, tubes
twig, twigs
twist, twists
wedge, wedges
wheel, wheels
wineglass, wineglasses
`

// units maps names to units. Built once, from the tables.
var units = tabulate() //nolint:gochecknoglobals // the same tables, turned round

func tabulate() map[string]*definition {
	table := map[string]*definition{}
	for _, row := range measured {
		perBase, _ := new(big.Rat).SetString(row.perBase) // the tables' test reads them all
		table[row.name] = &definition{name: row.name, plural: row.plural, dimension: row.dimension, metric: row.metric, perBase: perBase}
	}
	thing := ""
	for line := range strings.Lines(strings.TrimSpace(things)) {
		line, same := strings.CutPrefix(strings.TrimSpace(line), "=")
		name, plural, _ := strings.Cut(line, ", ")
		if !same {
			thing = name
		}
		table[name] = &definition{name: name, plural: plural, dimension: Thing, thing: thing}
	}
	return table
}
