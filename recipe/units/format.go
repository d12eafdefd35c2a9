package units

import (
	"math"
	"strconv"
	"strings"
)

// Format writes a quantity for a unit the way a cook does, up to upper if not nil: "1 ½", "2–3".
// Metric amounts are decimals of three digits; cups, spoons and counts are fractions. A positive
// amount is never rounded to zero.
func Format(quantity float64, upper *float64, unit Unit, locale Locale) string {
	low := formatOne(quantity, unit, locale)
	if upper == nil {
		return low
	}
	if high := formatOne(*upper, unit, locale); high != low {
		return low + "–" + high
	}
	return low
}

func formatOne(v float64, unit Unit, locale Locale) string {
	if unit.Metric() {
		return decimal(v, locale)
	}
	return fraction(v, locale)
}

// String returns the amount with its unit: "1 ½ cups", "200 g", "2–3 cloves", "3".
func (a Amount) String() string { return a.StringIn(English) }

// StringIn returns the amount with its unit, in the digits and separators of a locale.
func (a Amount) StringIn(locale Locale) string {
	if a.From == nil {
		return a.Unit.Name()
	}
	quantity, upper := a.Quantity()
	text := Format(quantity, upper, a.Unit, locale)
	if word := a.Unit.For(quantity, upper); word != "" {
		text += " " + word
	}
	return text
}

// For returns the singular or plural name for a quantity: "½ cup", "1 cup", "1 ½ cups", "0 cups".
func (u Unit) For(quantity float64, upper *float64) string {
	if Many(quantity, upper) {
		return u.Plural()
	}
	return u.Name()
}

// Many reports whether a quantity takes the plural: more than one, or none.
func Many(quantity float64, upper *float64) bool {
	most := quantity
	if upper != nil {
		most = *upper
	}
	return most > 1+nearEnough || most == 0
}

// decimal keeps three digits, and all digits before the point: nobody weighs 133.33 g.
func decimal(v float64, locale Locale) string {
	if v == 0 {
		return locale.number(0, 0)
	}
	places := 2
	for places > 0 && v*power(places-1) >= 100 {
		places--
	}
	for places < maxPlaces && v*power(places) < 100 {
		places++
	}
	return locale.number(v, places)
}

const (
	// maxPlaces is the maximum number of decimal places.
	maxPlaces = 9
	// nearEnough is how far a fraction may be from the amount: nobody measures an eightieth of a
	// cup.
	nearEnough = 0.0125
	// nearRelative is the same for amounts over one: 11.2 eggs are eleven.
	nearRelative = 0.02
	// nearMost caps the tolerance, so that 37 ½ isn't rounded.
	nearMost = 0.24
	// nearest is how far the nearest fraction may be from the amount; amounts below an eighth
	// become decimals.
	nearest = 0.15
)

// denominators are those that cooks measure with, the most likely first.
var denominators = []float64{1, 2, 3, 4, 8, 5, 6} //nolint:gochecknoglobals // a table, never written to

// fraction writes a whole number with halves, thirds, quarters, eighths, fifths or sixths: the
// first that is near enough, else the nearest.
func fraction(v float64, locale Locale) string {
	if v == 0 {
		return locale.number(0, 0)
	}
	near := math.Min(nearMost, math.Max(nearEnough, nearRelative*v))
	best, bestBelow, bestError := 0.0, 0.0, math.Inf(1)
	for _, below := range denominators {
		above := math.Floor(v*below + 0.5)
		off := math.Abs(v - above/below)
		if above > 0 && off < near {
			return locale.mixed(above, below)
		}
		if above > 0 && off < bestError {
			best, bestBelow, bestError = above, below, off
		}
	}
	if bestError <= nearest*v {
		return locale.mixed(best, bestBelow)
	}
	places := 1
	for places < maxPlaces && v*power(places) < 1 {
		places++
	}
	return locale.number(v, places)
}

func power(places int) float64 { return math.Pow(10, float64(places)) }

// Locale says how a language writes numbers. The zero Locale is English.
type Locale struct {
	point, group string
	zero         rune // the digit 0
}

// English is the default locale.
var English = Locale{".", ",", '0'} //nolint:gochecknoglobals // a constant

// locales lists the languages that recipes are read in. The app has the same table
// (web/src/lib/amount.ts).
var locales = map[string]Locale{ //nolint:gochecknoglobals // a table, never written to
	"en": English,
	"de": {",", ".", '0'}, "es": {",", ".", '0'}, "it": {",", ".", '0'}, "nl": {",", ".", '0'},
	"fr": {",", "\u202f", '0'}, "sv": {",", "\u00a0", '0'},
	"ar": {"٫", "٬", '٠'},
}

// LocaleOf returns the locale of a language tag such as "de-AT", or of the first known one in an
// Accept-Language header; else English.
func LocaleOf(tags string) Locale { return locales[LanguageOf(tags)] }

// LanguageOf returns the language that LocaleOf chooses.
func LanguageOf(tags string) string {
	for tag := range strings.SplitSeq(tags, ",") {
		tag, _, _ = strings.Cut(tag, ";")
		language, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if _, ok := locales[language]; ok {
			return language
		}
	}
	return "en"
}

// number writes a value with at most the given decimal places. It groups thousands from ten
// thousand up.
func (l Locale) number(v float64, places int) string {
	if l == (Locale{}) {
		l = English
	}
	rounded := math.Floor(v*power(places)+0.5) / power(places)
	whole, rest, _ := strings.Cut(strconv.FormatFloat(rounded, 'f', places, 64), ".")
	rest = strings.TrimRight(rest, "0")
	if len(whole) > 4 {
		for at := len(whole) - 3; at > 0; at -= 3 {
			whole = whole[:at] + "," + whole[at:]
		}
	}
	var text strings.Builder
	for _, r := range whole {
		if r == ',' {
			text.WriteString(l.group)
			continue
		}
		text.WriteRune(l.digit(r))
	}
	if rest != "" {
		text.WriteString(l.point)
	}
	for _, r := range rest {
		text.WriteRune(l.digit(r))
	}
	return text.String()
}

func (l Locale) digit(r rune) rune { return r - '0' + l.zero }

// mixed writes above divided by below. Scripts with their own digits lack fraction characters: a
// fraction slash joins their digits.
func (l Locale) mixed(above, below float64) string {
	if l == (Locale{}) {
		l = English
	}
	whole := math.Floor(above / below)
	above -= whole * below
	if above == 0 {
		return l.number(whole, 0)
	}
	sign := l.number(above, 0) + "⁄" + l.number(below, 0)
	if l.zero == '0' {
		sign = signOf(above / below)
	}
	if whole == 0 {
		return sign
	}
	return l.number(whole, 0) + " " + sign
}

func signOf(v float64) string {
	for sign, value := range signs {
		if math.Abs(value-v) < 1e-9 {
			return string(sign)
		}
	}
	return ""
}

// Sign returns the value of a Unicode fraction character, or false for any other rune.
func Sign(r rune) (float64, bool) {
	value, ok := signs[r]
	return value, ok
}

var signs = map[rune]float64{ //nolint:gochecknoglobals // a table, never written to
	'½': 1.0 / 2, '⅓': 1.0 / 3, '⅔': 2.0 / 3, '¼': 1.0 / 4, '¾': 3.0 / 4,
	'⅕': 1.0 / 5, '⅖': 2.0 / 5, '⅗': 3.0 / 5, '⅘': 4.0 / 5, '⅙': 1.0 / 6, '⅚': 5.0 / 6,
	'⅐': 1.0 / 7, '⅑': 1.0 / 9, '⅒': 1.0 / 10, '⅛': 1.0 / 8, '⅜': 3.0 / 8, '⅝': 5.0 / 8, '⅞': 7.0 / 8,
}
