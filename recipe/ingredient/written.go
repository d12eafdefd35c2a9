package ingredient

import (
	"math"
	"slices"
	"strings"

	"larder.dev/recipe/units"
)

// Segment is a piece of a line. Amount marks the quantity of the food, which a page shows in bold
// and keeps together in right-to-left text.
type Segment struct {
	Text   string `json:"text"`
	Amount bool   `json:"amount"`
}

// Segments is a line in pieces.
type Segments []Segment

func (s Segments) String() string {
	var text strings.Builder
	for _, segment := range s {
		text.WriteString(segment.Text)
	}
	return text.String()
}

// Written scales a line by factor in its own words: "1 EL Öl" twice is "2 EL Öl", "1 Tasse" three
// times "3 Tassen". p holds the unscaled parts of the line. A number is replaced only if it is the
// part's number as written; if there is no such place, the line is composed of the parts (see
// Compose). A factor of one returns the line as written, except for a program's numbers (0.3333333
// cup).
func (p Parsed) Written(text string, factor float64, locale units.Locale) Segments {
	if p.Quantity == nil {
		return plainly(text)
	}
	w := writtenIn(text)
	amounts, ok := w.amounts(p)
	if !ok && factor != 1 && p.Name != "" {
		return p.Scale(factor).Compose(locale)
	}
	if !ok {
		return plainly(text)
	}
	s := scaler{written: w, factor: factor, locale: locale}
	for i, found := range amounts {
		s.put(found)
		if i > 0 && p.Second.Relation == Same {
			s.sameAgain(found.end)
		}
	}
	if factor != 1 {
		s.inflect(amounts[0], p)
	}
	if p.Second == nil {
		s.alternatives(amounts[0].end)
	}
	return s.segments()
}

func plainly(text string) Segments { return Segments{{Text: text}} }

// writtenAmount is the position of an amount: one number or the two of a range, and the unit after
// it.
type writtenAmount struct {
	measure  Second
	from, to writtenNumber // to is empty for a single number
	sign     string        // the word between the numbers: "to"
	end      int           // after the unit if one follows the number, else after the number
}

// writtenNumber is a number from piece start up to end.
type writtenNumber struct {
	start, end int
	times      float64
	unitEnd    int // after the unit that follows it, else end
}

// amounts finds the amount, and the second measure if that is scaled. ok means that everything was
// found.
func (w *writtenLine) amounts(p Parsed) (found []writtenAmount, ok bool) {
	first, ok := w.find(Second{Quantity: *p.Quantity, QuantityMax: p.QuantityMax, Unit: p.Unit}, p.Second == nil, 0, 0)
	if !ok {
		return nil, false
	}
	if p.Second == nil || p.Second.Relation == Each {
		return []writtenAmount{first}, true
	}
	second, ok := w.find(*p.Second, false, first.from.start, first.end)
	return []writtenAmount{first, second}, ok
}

// find returns the first place with the measure and its unit, else the first with its number. The
// pieces from start up to end are taken.
func (w *writtenLine) find(measure Second, alone bool, start, end int) (writtenAmount, bool) {
	var found writtenAmount
	for i := range w.pieces {
		if i >= start && i < end || w.follows(i) {
			continue
		}
		here, ok := w.amountAt(i, measure, alone)
		switch {
		case !ok:
		case measure.Unit == "" || here.end > here.last().end:
			return here, true
		case found.from.end == 0:
			found = here
		}
	}
	return found, found.from.end > 0
}

func (p writtenAmount) last() writtenNumber {
	if p.to.end > 0 {
		return p.to
	}
	return p.from
}

// follows reports whether piece i continues the number before it: the 2 of "1/2", the 3 of "2-3".
func (w *writtenLine) follows(i int) bool {
	before := w.at(i - 1)
	isNumber := w.at(i).number || w.at(i).sign
	switch {
	case before.number || before.sign:
		return isNumber
	case before.low == "/" || before.low == "⁄" || before.low == "." && before.glued:
		return isNumber && w.at(i-2).number && w.at(i).glued && before.glued
	case isDash(before.low):
		return isNumber && w.at(i-2).number
	default:
		return false
	}
}

// amountAt finds the measure at piece i. Alone means that the measure is the only number there, so
// that "2-3" is no 2.
func (w *writtenLine) amountAt(i int, measure Second, alone bool) (writtenAmount, bool) {
	longest := 0
	for _, r := range w.readings(i) {
		if last := w.at(r.end - 1); !last.word || scaleWords.ordinals[last.low] {
			longest = max(longest, r.end)
		}
		if measure.QuantityMax != nil {
			if found, ok := w.rangeAt(i, r, measure); ok {
				return found, true
			}
			continue
		}
		if !near(r.value, measure.Quantity) || r.end < longest && w.at(longest).low != "-" && w.at(i).number && r.times == 1 {
			continue
		}
		from := writtenNumber{i, r.end, r.times, w.unitEnd(r.end, measure.Unit)}
		if alone && w.beginsRange(r) {
			continue
		}
		return writtenAmount{measure: measure, from: from, end: from.unitEnd}, true
	}
	return writtenAmount{}, false
}

func (w *writtenLine) beginsRange(r reading) bool {
	next, _ := w.rangeSign(r.end)
	if next == r.end {
		return false
	}
	for _, upper := range w.plains(next) {
		if upper.value > r.value {
			return true
		}
	}
	return false
}

func (w *writtenLine) rangeAt(i int, low reading, measure Second) (writtenAmount, bool) {
	fromUnit := w.unitEnd(low.end, measure.Unit)
	for _, at := range []int{fromUnit, low.end} {
		next, sign := w.rangeSign(at)
		if next == at {
			continue
		}
		for _, high := range w.readings(next) {
			if !near(low.value*high.times, measure.Quantity) && !near(low.value, measure.Quantity) || !near(high.value, *measure.QuantityMax) {
				continue
			}
			from := writtenNumber{i, low.end, low.times, at}
			if !near(low.value, measure.Quantity) {
				from.times = high.times
			}
			to := writtenNumber{next, high.end, high.times, w.unitEnd(high.end, measure.Unit)}
			return writtenAmount{measure: measure, from: from, to: to, sign: sign, end: to.unitEnd}, true
		}
	}
	return writtenAmount{}, false
}

// near reports whether a number equals a part, which is stored with six digits.
func near(read, part float64) bool { return math.Abs(read-part) <= 1e-5*math.Max(1, math.Abs(part)) }

// maxUnitPieces is the maximum number of pieces in a unit: "c. à s.".
const maxUnitPieces = 5

// unitEnd returns the end of the unit that follows at i, with a hyphen before it and an
// abbreviation's point, or i if it doesn't follow.
func (w *writtenLine) unitEnd(i int, unit string) int {
	if unit == "" || i >= len(w.pieces) {
		return i
	}
	at := i
	if w.at(at).low == "-" && w.at(at).glued {
		at++
	}
	for n := min(maxUnitPieces, len(w.pieces)-at); n > 0; n-- {
		last := w.pieces[at+n-1]
		if sameUnit(w.text[w.pieces[at].start:last.end], unit) {
			return at + n
		}
	}
	return i
}

// sameUnit reports whether a text is a word for the unit.
func sameUnit(text, unit string) bool {
	return strings.EqualFold(units.Named(text).Name(), units.Named(unit).Name())
}

// scaler replaces the numbers of a line.
type scaler struct {
	written *writtenLine
	factor  float64
	locale  units.Locale
	edits   []textEdit
	amounts []writtenNumber // shown in bold
}

// textEdit replaces the pieces from start up to end.
type textEdit struct {
	start, end int
	text       string
}

// put scales the numbers at a position.
func (s *scaler) put(p writtenAmount) {
	s.amounts = append(s.amounts, writtenNumber{start: p.from.start, end: p.end})
	low, high := p.measure.Quantity*s.factor, p.measure.QuantityMax
	if s.factor == 1 && !s.byProgram(p.from) && (high == nil || !s.byProgram(p.to)) {
		return
	}
	unit := units.Named(p.measure.Unit)
	lowText := units.Format(rounded(low/p.from.times), nil, unit, s.locale)
	if high == nil {
		s.edit(p.from.start, p.from.end, lowText)
		s.inflectPieces(p.from.end, p.from.unitEnd, low, unit)
		return
	}
	highText := units.Format(rounded(*high*s.factor/p.to.times), nil, unit, s.locale)
	s.inflectPieces(p.to.end, p.to.unitEnd, *high*s.factor, unit)
	switch {
	case lowText == highText && p.from.times == p.to.times:
		s.edit(p.from.start, p.to.end, lowText)
	case p.from.unitEnd > p.from.end: // "200 g-250 g"
		s.edit(p.from.start, p.from.end, lowText)
		s.inflectPieces(p.from.end, p.from.unitEnd, low, unit)
		s.edit(p.to.start, p.to.end, highText)
	case p.sign != "":
		s.edit(p.from.start, p.to.end, lowText+" "+p.sign+" "+highText)
	default:
		s.edit(p.from.start, p.to.end, lowText+"–"+highText)
	}
}

func (s *scaler) edit(start, end int, text string) {
	s.edits = append(s.edits, textEdit{start, end, text})
}

// byProgram reports whether a number has more digits than a person writes.
func (s *scaler) byProgram(n writtenNumber) bool {
	for i := n.start; i < n.end; i++ {
		p := s.written.pieces[i]
		if point := strings.LastIndexAny(p.low, ".,"); p.number && point >= 0 && len(p.low)-point > 4 {
			return true
		}
	}
	return false
}

// sameAgain scales a third form of the same amount, since the parts hold only two measures:
// "1 qt (32 oz, 950 ml)".
func (s *scaler) sameAgain(at int) {
	for goesOn(s.written.at(at).low) {
		next := s.measureAt(at+1, units.Mass, units.Volume)
		if next == at+1 {
			return
		}
		at = next
	}
}

// goesOn reports whether another form of the amount may follow a mark.
func goesOn(low string) bool {
	switch low {
	case ",", "/", "|", "=", "(":
		return true
	default:
		return false
	}
}

// alternatives scales alternative foods outside parentheses: "200 g rice or 100 g barley".
func (s *scaler) alternatives(from int) {
	depth := 0
	for at := from; at < len(s.written.pieces); at++ {
		switch low := s.written.pieces[at].low; {
		case low == "(" || low == "[":
			depth++
		case low == ")" || low == "]":
			depth--
		case depth == 0 && scaleWords.or[low]:
			s.measureAt(at+1, units.Mass, units.Volume, units.Thing)
		}
	}
}

// measureAt scales a number with a unit of one of the dimensions at a piece and returns its end, or
// at if there is none.
func (s *scaler) measureAt(at int, dimensions ...units.Dimension) int {
	w := s.written
	for _, r := range w.readings(at) {
		for n := min(maxUnitPieces, len(w.pieces)-r.end); n > 0; n-- {
			word := w.text[w.pieces[r.end].start:w.pieces[r.end+n-1].end]
			unit, known := units.Parse(word)
			if !known || !slices.Contains(dimensions, unit.Dimension()) {
				continue
			}
			number := writtenNumber{at, r.end, r.times, r.end + n}
			s.put(writtenAmount{measure: Second{Quantity: r.value, Unit: word}, from: number, end: number.unitEnd})
			return number.unitEnd
		}
	}
	return at
}

// inflectPieces puts the unit in the pieces from start up to end into the form for an amount.
func (s *scaler) inflectPieces(start, end int, quantity float64, unit units.Unit) {
	if s.factor == 1 || unit.Name() == "" {
		return
	}
	for i := start; i < end; i++ {
		s.inflectPiece(i, rounded(quantity))
	}
}

func (s *scaler) inflectPiece(i int, quantity float64) {
	p := s.written.pieces[i]
	was := s.written.text[p.start:p.end]
	if now := units.Inflect(was, quantity); now != was && s.written.at(i+1).low != "(" || now != was && !s.written.at(i+1).glued {
		s.edit(i, i+1, now)
	}
}

// inflect puts a later unit, or what is counted, into the form for the amount: "1 (14 oz) can",
// "1 garlic clove", "1 Knoblauchzehe", "1 red onion".
func (s *scaler) inflect(first writtenAmount, p Parsed) {
	if first.end > first.last().end || s.written.at(first.end).low == "" {
		return
	}
	noun := func(word string) bool { return sameUnit(word, p.Unit) || headIs(word, p.Unit) }
	if p.Unit == "" {
		name := writtenIn(p.Name).lastWord()
		noun = func(word string) bool { return name != "" && strings.EqualFold(word, name) }
	}
	most := *p.Quantity
	if p.QuantityMax != nil {
		most = *p.QuantityMax
	}
	for i := first.end; i < len(s.written.pieces); i++ {
		piece := s.written.pieces[i]
		if piece.word && noun(s.written.text[piece.start:piece.end]) {
			s.inflectPiece(i, rounded(most*s.factor))
			return
		}
	}
}

// headIs reports whether a compound ends with the unit: "Knoblauchzehe" is a Zehe.
func headIs(word, unit string) bool {
	head := units.Head(word)
	return head != "" && sameUnit(head, unit)
}

func (w *writtenLine) lastWord() string {
	for _, p := range slices.Backward(w.pieces) {
		if p.word {
			return w.text[p.start:p.end]
		}
	}
	return ""
}

// segments applies the edits to the line.
func (s *scaler) segments() Segments {
	slices.SortFunc(s.edits, func(a, b textEdit) int { return a.start - b.start })
	slices.SortFunc(s.amounts, func(a, b writtenNumber) int { return a.start - b.start })
	pieces, text := s.written.pieces, s.written.text
	var line Segments
	at := 0
	for _, amount := range s.amounts {
		start, end := pieces[amount.start].start, pieces[amount.end-1].end
		line = line.with(s.edited(at, start), false).with(s.edited(start, end), true)
		at = end
	}
	return line.with(s.edited(at, len(text)), false)
}

func (s Segments) with(text string, amount bool) Segments {
	if text == "" {
		return s
	}
	return append(s, Segment{Text: text, Amount: amount})
}

// edited returns the text from start up to end with its edits.
func (s *scaler) edited(start, end int) string {
	pieces, text := s.written.pieces, s.written.text
	var out strings.Builder
	for _, e := range s.edits {
		from, to := pieces[e.start].start, pieces[e.end-1].end
		if from < start || to > end {
			continue
		}
		out.WriteString(text[start:from] + e.text)
		start = to
	}
	return out.String() + text[start:end]
}

// rounded keeps six decimal places: a third times three is one again, not 0.9999999999.
func rounded(v float64) float64 { return math.Round(v*1e6) / 1e6 }
