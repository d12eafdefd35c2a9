package found

import (
	"regexp"

	"larder.dev/recipe"
)

var (
	yieldNumber = regexp.MustCompile(`\d+(?:[.,]\d+)?`)
	yieldRange  = regexp.MustCompile(`(?i)^\d+(?:\s*[-–—~]\s*|\s+(?:to|bis|à|a|tot|till|or|oder|ou|o|of)\s+)(\d+)`)
	yieldDozen  = regexp.MustCompile(`(?i)\b(?:dozen|dutzend|douzaines?|dozzine|dozzina|docenas?|dozijn|dussin)\b`)
	onlyNumber  = regexp.MustCompile(`^\d+(?:[.,]\d+)?$`)
)

// Servings reads the number that a recipe's amounts are for: 12 for "12 slices", 24 for "2 dozen".
// Of a range it takes the upper end and sets isRange. It returns nil without a number.
func Servings(yield string) (servings *float64, isRange bool) {
	at := yieldNumber.FindStringIndex(yield)
	if at == nil {
		return nil, false
	}
	amount := number(yield[at[0]:at[1]])
	if upper := yieldRange.FindStringSubmatch(yield[at[0]:]); upper != nil {
		amount, isRange = number(upper[1]), true
	}
	if yieldDozen.MatchString(yield) {
		amount *= 12
	}
	if amount < recipe.MinServings || amount > recipe.MaxServings {
		return nil, isRange
	}
	return &amount, isRange
}

// SetYield reads a recipe's yield, often given twice: "12" and "12 slices". It keeps the words if
// they say more than a number.
func (r *Recipe) SetYield(said ...string) {
	for _, text := range said {
		if text = Line(text); text == "" {
			continue
		}
		if !onlyNumber.MatchString(text) && len(text) > len(r.Yield) {
			r.Yield = text
		}
		if r.Servings != nil {
			continue
		}
		servings, isRange := Servings(text)
		r.Servings = servings
		if isRange {
			r.Doubt("servings", text, "a range; the upper end was taken")
		}
	}
}
