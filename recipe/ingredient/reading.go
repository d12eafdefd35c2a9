package ingredient

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"larder.dev/recipe/units"
)

// A scaled line is the written line with other numbers in it. The parts give the numbers, and a
// piece of text is replaced only if it can be read as one of them. So this reads every possible
// number and needs no grammar. The app does the same offline (web/src/lib/reading.ts), and both
// pass testdata/scaling.json.

// textPiece is a number, a word or a mark of a line.
type textPiece struct {
	start, end int
	low        string
	number     bool // written in digits
	sign       bool // a fraction sign
	word       bool
	glued      bool // to the previous piece
}

var pieces = regexp.MustCompile(`\d+(?:[.,]\d+)*|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅑⅒⅛⅜⅝⅞]|\p{L}[\p{L}\p{M}]*|[^\s` + "\u00a0\u2009\u202f" + `]`)

var letters = regexp.MustCompile(`^\p{L}`)

type writtenLine struct {
	text   string
	pieces []textPiece
}

func writtenIn(text string) *writtenLine {
	w := &writtenLine{text: text}
	end := -1
	for _, at := range pieces.FindAllStringIndex(text, maxTokens) {
		low := strings.ToLower(text[at[0]:at[1]])
		first, _ := utf8.DecodeRuneInString(low)
		_, sign := units.Sign(first)
		w.pieces = append(w.pieces, textPiece{
			start: at[0], end: at[1], low: low, number: isDigit(low[0]), sign: sign, word: letters.MatchString(low), glued: at[0] == end,
		})
		end = at[1]
	}
	return w
}

func (w *writtenLine) at(i int) textPiece {
	if i < 0 || i >= len(w.pieces) {
		return textPiece{}
	}
	return w.pieces[i]
}

// reading is one way to read a number that begins at a piece: its end, its value, and the
// multiplier if a dozen follows.
type reading struct {
	end   int
	value float64
	times float64
}

// readings returns all ways to read a number at i, the longest first.
func (w *writtenLine) readings(i int) []reading {
	all := slices.Concat(w.plains(i), w.fractions(i), w.words(i), w.mixed(i))
	for _, r := range slices.Clone(all) {
		if r.value < 1 {
			if end := w.ofOne(r.end); end > r.end {
				all = append(all, reading{end, r.value, 1})
			}
		}
		if scaleWords.dozens[w.at(r.end).low] {
			all = append(all, reading{r.end, 12 * r.value, 12})
		}
	}
	slices.SortStableFunc(all, func(a, b reading) int { return b.end - a.end })
	return all
}

// mixed reads a whole number with a fraction: "1 1/2", "1½", "1-1/2", "one and a half".
func (w *writtenLine) mixed(i int) []reading {
	var all []reading
	for _, whole := range slices.Concat(w.plains(i), w.words(i)) {
		at := whole.end
		if whole.value != math.Floor(whole.value) || w.at(i).word && !scaleWords.and[w.at(at).low] {
			continue
		}
		if scaleWords.and[w.at(at).low] || w.at(at).low == "-" {
			at++
		}
		for _, part := range w.fractions(at) {
			if part.value < 1 && (at > whole.end || w.at(at).sign || !w.at(at).glued) {
				all = append(all, reading{part.end, whole.value + part.value, 1})
			}
		}
	}
	return all
}

// plains reads digits, with a point or comma for decimals or thousands, or a fraction sign.
func (w *writtenLine) plains(i int) []reading {
	p := w.at(i)
	switch {
	case p.sign:
		first, _ := utf8.DecodeRuneInString(p.low)
		value, _ := units.Sign(first)
		return []reading{{i + 1, value, 1}}
	case p.low == "." && !p.glued && w.at(i+1).number && w.at(i+1).glued && !strings.ContainsAny(w.at(i+1).low, ".,"):
		return []reading{{i + 2, floatOf("0." + w.at(i+1).low), 1}}
	case !p.number || w.label(i):
		return nil
	}
	var all []reading
	for _, value := range literals(p.low) {
		all = append(all, reading{i + 1, value, 1})
	}
	return all
}

// label reports whether a number is part of a word or a percentage: "B12", "2 %". "7up" is
// recognised by its unit.
func (w *writtenLine) label(i int) bool {
	before := w.at(i - 1)
	if w.at(i).glued && before.word && before.low != "x" && !scaleWords.ranges[before.low] {
		return true
	}
	return w.at(i+1).low == "%" || strings.HasPrefix(w.at(i).low, "00")
}

// literals returns what digits may mean: "1.000" is one or a thousand.
func literals(text string) []float64 {
	groups := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == ',' })
	last := groups[len(groups)-1]
	whole := strings.Join(groups[:len(groups)-1], "")
	if whole == "" {
		return []float64{floatOf(text)}
	}
	thousands := groups[0] != "0"
	for _, group := range groups[1:] {
		thousands = thousands && len(group) == 3
	}
	values := []float64{floatOf(whole + "." + last)}
	if thousands {
		values = append(values, floatOf(whole+last))
	}
	return values
}

func floatOf(text string) float64 {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return -1 // too many digits for a number: matches nothing
	}
	return value
}

// fractions reads "1/3", "1/3rd", "½", "a third", "two thirds".
func (w *writtenLine) fractions(i int) []reading {
	p := w.at(i)
	if p.sign {
		return w.plains(i)
	}
	if value, ok := scaleWords.fractions[p.low]; ok {
		return []reading{{i + 1, value, 1}}
	}
	var all []reading
	for _, above := range slices.Concat(w.plains(i), w.words(i)) {
		if value, ok := scaleWords.fractions[w.at(above.end).low]; ok && above.value == math.Floor(above.value) {
			all = append(all, reading{above.end + 1, above.value * value, 1})
		}
		if slash := w.at(above.end).low; slash != "/" && slash != "⁄" && slash != "∕" {
			continue
		}
		for _, below := range w.plains(above.end + 1) {
			if below.value <= 0 || w.at(above.end+1).sign {
				continue
			}
			end := below.end
			if ending := w.at(end); ending.glued && scaleWords.ordinals[ending.low] {
				end++
			}
			all = append(all, reading{end, above.value / below.value, 1})
		}
	}
	return all
}

// words reads "two", and the article of "a pinch".
func (w *writtenLine) words(i int) []reading {
	low := w.at(i).low
	if scaleWords.articles[low] && !w.joins(i) {
		return []reading{{i + 1, 1, 1}}
	}
	if value, ok := scaleWords.numbers[low]; ok {
		return []reading{{i + 1, value, 1}}
	}
	return nil
}

// joins reports whether an article is another language's "and" between two words:
// "sap en rasp van 1 citroen".
func (w *writtenLine) joins(i int) bool {
	return scaleWords.and[w.at(i).low] && i > 0 && w.at(i-1).word && !scaleWords.of[w.at(i-1).low]
}

// ofOne skips the "a" of "half a lemon" and "3/4 of a cup".
func (w *writtenLine) ofOne(i int) int {
	at := i
	if scaleWords.of[w.at(at).low] {
		at++
	}
	if scaleWords.articles[w.at(at).low] {
		return at + 1
	}
	return i
}

// rangeSign returns where the upper end of a range begins, and the word before it: "2-3", "2 to 3",
// "3- to 4". It returns i if there is no range sign.
func (w *writtenLine) rangeSign(i int) (next int, word string) {
	next = i
	if isDash(w.at(next).low) || w.at(next).low == "~" {
		next++
	}
	if scaleWords.ranges[w.at(next).low] {
		p := w.at(next)
		next++
		if w.at(next).low == "-" && w.at(next).glued {
			next++
		}
		return next, w.text[p.start:p.end]
	}
	return next, ""
}
