package page

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"

	"larder.dev/events"
	"larder.dev/importer/found"
)

//go:embed groups.txt
var groupTable string

// marking says how a program marks groups of ingredients.
type marking struct{ name, either cascadia.Matcher }

// markings are the rows of the table.
var markings = readMarkings(groupTable) //nolint:gochecknoglobals // a constant

func readMarkings(table string) []marking {
	var all []marking
	for line := range strings.Lines(table) {
		name, row, ok := strings.Cut(line, "|")
		if ok && !strings.HasPrefix(line, "#") {
			all = append(all, marking{selector(name), selector(name + "," + row)})
		}
	}
	return all
}

func selector(text string) cascadia.Matcher {
	group, err := cascadia.ParseGroup(strings.TrimSpace(text))
	if err != nil {
		panic(fmt.Sprintf("groups.txt: %q: %v", text, err)) // the table is part of the binary
	}
	return group
}

// group puts a recipe's ingredients under the page's visible headings if its data has no groups.
func (d *document) group(r *found.Recipe) {
	grouped := slices.ContainsFunc(r.Ingredients, func(row events.Ingredient) bool { return row.Section != "" })
	if grouped || len(r.Ingredients) < 2 {
		return
	}
	for _, m := range markings {
		if sections := sectionsOf(d.marked(m), r.Ingredients); sections != nil {
			put(r.Ingredients, sections)
			return
		}
	}
	put(r.Ingredients, d.aroundRows(r.Ingredients))
}

func put(rows []events.Ingredient, sections []string) {
	for i, section := range sections {
		rows[i].Section = section
	}
}

// marked returns the lines that a page marks as names and as rows.
func (d *document) marked(m marking) []block {
	if cascadia.Query(d.Get(0), m.name) == nil {
		return nil
	}
	var lines []block
	for _, n := range cascadia.QueryAll(d.Get(0), m.either) {
		if text := found.Line(goquery.NewDocumentFromNode(n).Text()); text != "" {
			lines = append(lines, block{text: text, key: keyOf(text), heading: m.name.Match(n)})
		}
	}
	return lines
}

// sectionsOf returns the name above each row. It returns nil if the lines don't match the rows, or
// if none is a name.
func sectionsOf(lines []block, rows []events.Ingredient) []string {
	if len(lines) == 0 {
		return nil
	}
	sections := make([]string, len(rows))
	next, alike, section, named := 0, 0, "", false
	for _, line := range lines {
		switch {
		case next == len(rows): // the list appears again, for printing
		case line.heading:
			section = line.text
		default:
			at := next
			for ahead := next; ahead < min(next+maxAhead, len(rows)); ahead++ {
				if similar(line.key, keyOf(rows[ahead].Text)) {
					at = ahead
					alike++
					break
				}
			}
			for ; next <= at; next++ {
				sections[next] = section
			}
			named = named || section != ""
		}
	}
	for ; next < len(rows) && next > 0; next++ {
		sections[next] = section
	}
	if !named || 2*alike < len(rows) {
		return nil
	}
	return sections
}

// maxAhead is how many rows a page may omit before its next visible one.
const maxAhead = 3

// aroundRows finds the rows in the page's visible text and returns the heading above each, or nil
// if there are none.
func (d *document) aroundRows(rows []events.Ingredient) []string {
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = keyOf(row.Text)
	}
	shown := d.blocks()
	var best *alignment
	starts := 0
	for at := range shown {
		if !similar(shown[at].key, keys[0]) && !similar(shown[at].key, keys[1]) {
			continue
		}
		a := align(shown, at, keys)
		if best == nil || a.matched > best.matched {
			best = a
		}
		starts++
		if starts == maxStarts {
			break
		}
	}
	if best == nil || 10*best.matched < 7*len(rows) {
		return nil
	}
	return best.sections(shown)
}

// maxStarts limits the candidates for the beginning of a list.
const maxStarts = 30

// alignment says which visible line each row is.
type alignment struct {
	at      []int // the position of each row, -1 if not visible
	matched int
}

// maxBetween is how many other lines may stand between two rows.
const maxBetween = 8

func align(shown []block, from int, keys []string) *alignment {
	a := &alignment{at: make([]int, len(keys))}
	for i := range a.at {
		a.at[i] = -1
	}
	next, between := 0, 0
	for i := from; i < len(shown) && next < len(keys) && between <= maxBetween; i++ {
		matched := false
		for ahead := next; ahead < min(next+maxAhead, len(keys)) && !matched; ahead++ {
			width := rowWidth(shown, i, keys[ahead])
			if width == 0 {
				continue
			}
			a.at[ahead] = i
			a.matched++
			next, i, matched = ahead+1, i+width-1, true
		}
		if matched {
			between = 0
		} else {
			between++
		}
	}
	return a
}

// rowWidth returns how many lines from a position make up a row: one, two if the amount is on its
// own line, or 0 for none.
func rowWidth(shown []block, at int, key string) int {
	if similar(shown[at].key, key) {
		return 1
	}
	if at+1 < len(shown) && len(shown[at].key) < len(key) && len(shown[at+1].key) < len(key) {
		if one, other := shown[at].key, shown[at+1].key; one+other == key || other+one == key {
			return 2
		}
	}
	return 0
}

// sections returns the heading above each row, or nil if there is none between two rows.
func (a *alignment) sections(shown []block) []string {
	sections := make([]string, len(a.at))
	section, last, inside := "", -1, false
	for i, at := range a.at {
		if at >= 0 {
			if name := nameBetween(shown, last, at); name != "" {
				section = name
				inside = inside || last >= 0
			}
			last = at
		}
		sections[i] = section
	}
	if !inside {
		return nil
	}
	return sections
}

// nameBetween finds the heading of a row: the last line after the previous row that names a group.
func nameBetween(shown []block, last, at int) string {
	first := last < 0
	var between []block // upwards from the row
	for i := at - 1; i > last && i >= at-maxBetween; i-- {
		if first && listTitle.MatchString(shown[i].text) {
			break
		}
		b := shown[i]
		mayName := b.heading || !b.listed || strings.HasSuffix(b.text, ":")
		if mayName && utf8.RuneCountInString(b.text) <= found.MaxHeading && !toggles.MatchString(b.text) {
			between = append(between, b)
		}
	}
	for _, b := range between {
		alone := !first && len(between) == 1 && startsUpper(b.text) && utf8.RuneCountInString(b.text) <= found.MaxHeading/2
		if b.heading || strings.HasSuffix(b.text, ":") || alone {
			return b.text
		}
	}
	return ""
}

func startsUpper(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(r) || unicode.IsTitle(r)
}

var (
	// listTitle matches the title of the whole list, in the languages of many pages.
	listTitle = regexp.MustCompile(`(?i)^(?:the |les |gli |los |die |de |recipe )?(?:ingredients?|` +
		`zutaten(?:liste)?|ingrédients?|ingredienti|` +
		`ingrediente?s?|ingredi[eë]nten|ingredienser|ingredienslista|` +
		`składniki|hozzávalók|ainekset|ингредиенты|συστατικά|υλικά|` +
		`malzemeler|材料|what you(?:'|’)?ll need|you will need)\s*:?$`)
	// ending matches what follows a recipe on a page.
	ending = regexp.MustCompile(`(?i)^(?:comments?|leave a (?:comment|reply)|related|you (?:may|might) also (?:like|enjoy)|more recipes|` +
		`nutrition(?:al)?(?: facts| information)?|share|did you make this|reviews?|kommentare?|nährwerte|commentaires|commenti|` +
		`comentarios|reacties|kommentarer|tags?|categor(?:y|ies)|filed under|posted in|print|pin it|rate this)\b`)
	// toggles matches the controls that a page puts on its list.
	toggles = regexp.MustCompile(`(?i)\b(?:\d\s*x|\d+ (?:servings?|people)|servings|portion(?:s|en)?|yields?|` +
		`metric|customary|cook mode|screen|` +
		`advertisement|anzeige|publicité|print|shopping list|(?:de)?select all|scale)\b`)
)

// similar reports whether two lines are the same row: equal, one inside the other, or mostly of the
// same letter pairs.
func similar(one, other string) bool {
	if one == other {
		return one != ""
	}
	short, long := one, other
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(short) < 4 || 2*len(short) < len(long) {
		return false
	}
	if strings.Contains(long, short) {
		return true
	}
	return alikeness(short, long) >= 0.65
}

// alikeness is Dice's coefficient over pairs of bytes.
func alikeness(one, other string) float64 {
	pairs := make(map[string]int, len(one))
	for i := range len(one) - 1 {
		pairs[one[i:i+2]]++
	}
	common := 0
	for i := range len(other) - 1 {
		if pair := other[i : i+2]; pairs[pair] > 0 {
			pairs[pair]--
			common++
		}
	}
	return 2 * float64(common) / float64(len(one)+len(other)-2)
}
