//nolint:gochecknoglobals // tables, never written to
package ingredient

import "strings"

// class is what a word may be in a line. A word can be of several.
type class uint8

const (
	size        class = 1 << iota // of the food: large
	preparation                   // what is done to it: chopped
	adverb                        // how it is done: finely
	adjective                     // a word before a comma that still belongs to the name: boneless, skinless thighs
	modifier                      // of a unit: heaped
)

// classOf looks a word up, in lower case.
func classOf(low string) class {
	if known, ok := classes[low]; ok {
		return known
	}
	if strings.HasSuffix(low, "-sized") || strings.HasSuffix(low, "-size") || strings.HasSuffix(low, "großes") {
		return size
	}
	return 0
}

// classes are the tables below as one. A word of two tables has both classes.
var classes = func() map[string]class {
	all := map[string]class{}
	for kind, words := range map[class]string{
		size: sizes, preparation: preparations, adverb: adverbs, adjective: adjectives, modifier: modifiers,
	} {
		for w := range strings.FieldsSeq(words) {
			all[w] |= kind
		}
	}
	return all
}()

// sizes are told apart from the name, so that large eggs and eggs are one food.
const sizes = `
small sm medium med large lg big huge tiny plump jumbo extra-large x-large xl sized medium-large medium-small small-medium
medium-to-large smallish largish biggish mini-sized
klein kleine kleiner kleines kleinen groß große großer großes großen gross grosse grosser grosses
mittel mittlere mittlerer mittleres mittelgroß mittelgroße mittelgroßer mittelgroßes mittelgrosse`

// preparations are what a cook does, and not what a shop sells. Where it is sold so, the word belongs to the
// name: ground, dried, smoked, roasted, frozen, pitted, shredded, sun-dried are not here.
const preparations = `
chopped thick-cut thin-cut grinded minced diced shredded sliced grated cubed crushed mashed halved quartered julienned julienne crumbled
cracked melted softened sifted beaten whisked toasted cooked uncooked un-cooked boiled steamed poached drained rinsed washed
scrubbed peeled unpeeled seeded deseeded de-seeded shelled hulled stemmed cored trimmed torn snipped shaved zested
slivered pounded bruised smashed deveined de-veined boned skinned pureed puréed strained squeezed soaked scalded
chilled thawed defrosted refrigerated warmed cooled lukewarm hard-boiled hard-cooked soft-boiled packed unwrapped
separated divided juiced flattened butterflied spiralized cleaned debearded destemmed de-stemmed crosswise lengthwise
husked shucked segmented chunked chunky-chopped broken crumbed pricked scored reserved ripped shaken skimmed
fresh-ground fresh-squeezed fresh-grated processed blended whizzed blitzed pulsed warmed reheated tempered thinned
gehackt gehackte gehackter gehacktes gehackten kleingehackt gewürfelt gewürfelte gewürfelter gewürfeltes gewürfelten
gerieben geriebene geriebener geriebenes geriebenen geschnitten geschnittene geschnittener geschnittenes kleingeschnitten
geschält geschälte geschälter geschältes geschälten gepresst gepresste gepresster gepreßt zerdrückt zerdrückte
zerdrückter zerlassen zerlassene zerlassenes geschmolzen geschmolzene geschmolzenes gekocht gekochte gekochter gekochtes
gekochten geröstet geröstete gerösteter geröstetes gesiebt gesiebtes halbiert halbierte geviertelt geviertelte entkernt
entkernte entkernter gewaschen gewaschene geputzt geputzte abgetropft abgetropfte verquirlt verquirlte verquirltes
gehobelt gehobelte gehobelter geraspelt geraspelte geraspelter zerbröselt zerbröselter weich zimmerwarm zimmerwarme
aufgetaut aufgetaute gezupft gezupfte ausgepresst gestoßen gestoßene gestoßener gemörsert gemörserte`

// adverbs go before a preparation and mean nothing without one.
const adverbs = `
finely coarsely roughly thinly thickly lightly freshly very well loosely firmly tightly stiffly gently slightly
crudely evenly diagonally partially fully completely barely carefully medium-finely newly quickly thoroughly ultra
super fairly extra fine coarse rough thin thick light fresh-ly hot cold bite-size bite-sized
fein grob dünn dick frisch leicht steif klein sehr grobe feine`

// adjectives are those that often stand in a row with commas.
const adjectives = `
boneless skinless roasted bone-in skin-on boned lean ripe firm fresh dry dried sweet thick thin large small medium cold hot
warm low-sodium reduced-sodium low-fat fat-free nonfat reduced-fat unsalted salted unsweetened sweetened good-quality
high-quality best-quality quality plain natural organic free-range seedless crusty soft hard raw uncooked cooked mild
hot strong light dark white red green yellow black young tender crisp whole frozen ripe-but-firm unbleached all-purpose
extra-virgin virgin mature sharp aged smoked day-old stale`

// modifiers are of a unit: a heaped tablespoon, a good handful. They are kept as a note.
const modifiers = `
heaped heaping very thinly thickly cut metric imperial us
overfilled level scant generous rounded good thick thin thinnish fat short long full
overflowing brimming
gestr geh gestrichen gestrichene gestrichener gestrichenes gehäuft gehäufte gehäufter gehäuftes knapp knappe knapper gut gute guter`

// numberWords are the numbers that lines are written with in words. Those below one count without a number before
// them ("half cup").
var numberWords = map[string]float64{
	"half": 0.5, "halben": 0.5, "halbe": 0.5, "halber": 0.5, "halbes": 0.5, "quarter": 0.25, "dreiviertel": 0.75,
	"one": 1, "eins": 1, "two": 2, "zwei": 2, "three": 3, "drei": 3, "four": 4, "vier": 4, "five": 5, "fünf": 5,
	"six": 6, "sechs": 6, "seven": 7, "sieben": 7, "eight": 8, "acht": 8, "nine": 9, "neun": 9, "ten": 10, "zehn": 10,
	"eleven": 11, "elf": 11, "twelve": 12, "zwölf": 12, "dozen": 12, "dutzend": 12, "thirteen": 13, "fourteen": 14,
	"fifteen": 15, "fünfzehn": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "zwanzig": 20,
	"thirty": 30, "dreißig": 30, "forty": 40, "vierzig": 40, "fifty": 50, "fünfzig": 50, "sixty": 60, "seventy": 70,
	"eighty": 80, "ninety": 90, "hundert": 100,
	"anderthalb": 1.5, "eineinhalb": 1.5, "einundeinhalb": 1.5, "zweieinhalb": 2.5, "dreieinhalb": 3.5, "viereinhalb": 4.5,
}

// fractionWords are parts of one, behind a number or an article: "two thirds", "a quarter".
var fractionWords = map[string]float64{
	"half": 1.0 / 2, "halves": 1.0 / 2, "third": 1.0 / 3, "thirds": 1.0 / 3, "quarter": 1.0 / 4, "quarters": 1.0 / 4,
	"fourth": 1.0 / 4, "fourths": 1.0 / 4, "fifth": 1.0 / 5, "fifths": 1.0 / 5, "sixth": 1.0 / 6, "sixths": 1.0 / 6,
	"eighth": 1.0 / 8, "eighths": 1.0 / 8, "sixteenth": 1.0 / 16,
	"halben": 1.0 / 2, "halbe": 1.0 / 2, "halber": 1.0 / 2, "halbes": 1.0 / 2, "drittel": 1.0 / 3, "viertel": 1.0 / 4,
	"fünftel": 1.0 / 5, "sechstel": 1.0 / 6, "achtel": 1.0 / 8,
}

// The tables of words and pairs of words that have a place of their own in a line.
var (
	// qualifiers say how exact an amount is.
	qualifiers = set(`
		~, <, >, ≈, ≤, ≥, about, approximately, approx, appr, appx, around, roughly, circa, ca, etwa, ungefähr,
		nearly, almost,
		at least, up to, as much, up, scant, generous, heaping, good, maximum, max, minimum, min, mindestens,
		höchstens, rund, between, another, additional, zirka, knapp, gut`)

	// rangeWords stand between the ends of a range.
	rangeWords = set("to, or, bis, oder")

	// joins join a whole number and a fraction: "one and a half".
	joins = set("and, &, und")

	// betweens stand before a range whose ends are joined by "and".
	betweens = set("between, zwischen")

	// ordinals are the endings of fractions in digits: 1/3rd, 2/3rds.
	ordinals = set("rd, rds, th, ths, st, nd")

	// connecting are the words between an amount and its food.
	connecting = set("of, von")

	// elisions are connecting words and articles that lose their vowel before another: d'ail.
	elisions = set("d, l, dell, all, dall, nell, sull, qu")

	// dimensions say which way a length is.
	dimensions = set("thick, wide, long, square, round, dick, lang, breit")

	// numbered are words that a number in a name follows.
	numbered = set("type, typ, no, nr, number, size, grade, nummer, style, brand, formula, vitamin, e, serve, serves, makes, feeds")

	// fews are amounts that name no number: "a few sprigs".
	fews = set("few, several, some, couple, many, einige, paar, wenig, etwas")

	// littles are amounts behind "a" alone: a little salt.
	littles = set("little, bit, wenig, bisschen")

	// partWords may stand before "of 1 lemon".
	partWords = set(`
		juice, zest, zests, rind, peel, peels, grated, finely, freshly, and, the, seeds, leaves, pulp, flesh, strained, squeezed,
		kernels, meat, yolk, yolks, white, whites, half, both, saft, abrieb, schale, und, der, of`)

	// scooped are the units that stand without a number and without "of": "pinch salt".
	scooped = set(`
		pinch, handful, dash, splash, knob, sprig, drop, glug, dollop, bunch, sprinkle, smidgen, pat, fistful, glass, piece,
		drizzle`)

	// openEnded are what may stand behind the "or" of "2 or more".
	openEnded = set("more, less, so, mehr, weniger")

	// indefinite are what "a" doesn't count: a little salt, a mixture of herbs.
	indefinite = set(`
		little, bit, lot, touch, hint, good, selection, mixture, mix, combination, variety, choice, amount, quantity, small,
		generous, thin, thick, light, large, big, trace, suggestion, nice, great, tiny, per, wenig, bisschen, halbe, kleine,
		mischung, number, pair, drizzle, sprinkling, grating, dusting, side, whole lot`)

	// foodUnits are the units that are a food where none follows.
	foodUnits = set("clove, cube, fillet, rib, leaf, head")

	// containers hold a stated amount each.
	containers = set(`
		can, tin, jar, package, packet, pack, pouch, sachet, bag, bottle, box, carton, container, tub, tube, pot,
		punnet, envelope, block, tray, bar, loaf, ball, glass`)

	// shelved are the containers of food that is sold prepared: "1 can chopped tomatoes" is a name.
	shelved = set("can, tin, jar, package, packet, pack, pouch, bag, carton")

	// behindName are the unit nouns that stand behind the food: "2 garlic cloves".
	behindName = set("clove, stalk, sprig, slice, head, rasher, rib, bulb, branch, knob, spear")

	// notBehind are foods that such a noun is part of: "whole cloves", "pork ribs".
	notBehind = set(`
		clove whole, clove ground, clove dried, rib pork, rib beef, rib short, rib spare, rib back, rib prime,
		rib lamb, rib baby, head fish, head shrimp, head prawn, head calf's, head pig's, knob door, branch olive`)

	// notUnitBefore are foods that begin with a unit's word.
	notUnitBefore = set(`
		pound cake, pound cakes, rib eye, rib eyes, rib roast, rib steak, rib steaks, pot roast, cube steak,
		cube steaks, cup cakes, cup cake, leaf lard, leaf spinach, leaf lettuce, square sausage,
		rack of, roll or, rolls or, rolls and, glass noodles, head cheese, head lettuce, strip steak,
		strip steaks, strip loin, slab bacon, round steak, loaf pan,
		tube pasta, stem ginger, pod peas`)

	// sold are foods whose first word looks like a preparation.
	sold = set(`
		crushed tomatoes, crushed red, diced tomatoes, whipped cream, whipped topping, mashed potato, cracked wheat,
		crushed chilli, crushed chili, crushed chillies, packed lunch, melted cheese, steamed milk, puffed rice,
		sliced bread, broken rice, crushed pineapple, shredded wheat, shredded coconut, separated milk,
		reserved marinade, processed cheese, fine sea, fine salt, hot pepper, hot sauce, gehackte tomaten,
		geschälte tomaten, passierte tomaten`)

	// stops are the words, and pairs of words, that end a name.
	stops = set(`
		for, für, if, per, that, which, who, weighing, without, ohne, according, enough, preferably, such, plus,
		about, approximately, approx, depending,
		including, optional, optionally, e.g, eg, at room, at least, until, ideally, see, as needed, as required,
		as desired, as necessary, as garnish, as a, or more, or less, or to, or as, or until, or so, or enough,
		or other, or another, or any, or equivalent, or similar, or substitute, or use, to taste, to serve,
		to garnish, to finish, to decorate, to coat, to cover, to drizzle, to sprinkle, to grease, to dust, to brush,
		to fry, to cook, to top, to glaze, to thin, to make, to season, to loosen, to fill, to float, to your,
		cut into, cut in, cut up, cut crosswise, cut lengthwise, cut on, cut to, cut from, broken into, torn into,
		separated into, divided into, room temperature, from a, from about, well drained, mixed with, dissolved in,
		combined with, tossed with, blended with, whisked with, in scheiben, in würfel,
		in würfeln, in stücke, in stücken, in streifen, in ringe, in ringen, in feine, in dünne, in grobe, in kleine,
		nach geschmack, nach belieben, nach bedarf, nach wunsch, zum, zur, evtl, eventuell, ggf, oder mehr,
		bei bedarf, aus der, aus dem, à, je`)

	// links are what may follow a preparation behind the name: "onion chopped into dice".
	links = set(`
		and, with, in, into, on, to, for, or, until, by, through, from, lengthwise, crosswise, diagonally, very, at,
		but, und, mit, oder, if, as, about, then, plus, &, well, off, up, out, together, separately, over, against,
		across`)
)

// set reads a table whose entries are parted by commas.
func set(list string) map[string]bool {
	all := map[string]bool{}
	for entry := range strings.SplitSeq(list, ",") {
		all[strings.TrimSpace(entry)] = true
	}
	return all
}
