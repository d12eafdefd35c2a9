package list

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"larder.dev/recipe/units"
)

// reading is what is understood of a line that a person typed.
type reading struct {
	quantity *float64
	unit     string
	name     string
}

// amountPattern is a number in front: "1/2" and "1 1/2", or "½" and "1½", or "2" and "1,5".
var amountPattern = regexp.MustCompile(`^(?:(\d{1,6}) +)?(\d{1,6})/(\d{1,6})|^(\d{1,6})? ?([¼½¾⅓⅔⅛])|^(\d{1,6}(?:[.,]\d{1,6})?)`)

// readText takes a number and a unit off the front. What isn't understood is part of the name: a line such
// as "milk for 2" is bought as it is written.
func readText(text string) reading {
	text = strings.TrimSpace(text)
	found := amountPattern.FindStringSubmatch(text)
	if found == nil {
		return reading{name: text}
	}
	quantity, ok := number(found)
	rest := text[len(found[0]):]
	if !ok || !startsWord(rest) {
		return reading{name: text}
	}
	unit, name := leadingUnit(strings.TrimSpace(rest))
	return reading{quantity: &quantity, unit: unit, name: name}
}

// startsWord keeps "7-up" and "2% milk" whole, and a number by itself.
func startsWord(rest string) bool {
	rest = strings.TrimSpace(rest)
	first, _ := utf8.DecodeRuneInString(rest)
	return rest != "" && !strings.ContainsRune("0123456789-–%/.,:x×", first)
}

func number(found []string) (float64, bool) {
	switch {
	case found[3] != "":
		below := decimal(found[3])
		return decimal(found[1]) + decimal(found[2])/below, below > 0
	case found[5] != "":
		sign, _ := utf8.DecodeRuneInString(found[5])
		part, ok := units.Sign(sign)
		return decimal(found[4]) + part, ok
	default:
		return decimal(found[6]), true
	}
}

func decimal(digits string) float64 {
	value, err := strconv.ParseFloat(strings.Replace(digits, ",", ".", 1), 64)
	if err != nil {
		return 0
	}
	return value
}

// leadingUnit takes a unit off the front, where a name is left behind it.
func leadingUnit(text string) (unit, name string) {
	for _, words := range []int{2, 1} {
		fields := strings.SplitN(text, " ", words+1)
		if len(fields) <= words {
			continue
		}
		head := strings.Join(fields[:words], " ")
		if _, known := units.Parse(head); known {
			return head, strings.TrimSpace(fields[words])
		}
	}
	return "", text
}
