//nolint:gochecknoglobals // tables, never written to
package ingredient

import (
	"maps"
	"strconv"
	"strings"

	"larder.dev/recipe/language"
)

// wordTables holds the number words of all languages at once: a word counts only if it gives the
// number in the line's parts. The app gets the same tables (see TestTheAppHasTheSameWords).
type wordTables struct {
	numbers, fractions                              map[string]float64
	articles, and, or, of, dozens, ordinals, ranges map[string]bool
}

var scaleWords = func() wordTables {
	words := wordTables{
		numbers: map[string]float64{}, fractions: map[string]float64{"halves": 0.5}, articles: map[string]bool{}, and: map[string]bool{},
		or: map[string]bool{}, of: map[string]bool{}, dozens: map[string]bool{}, ordinals: set("st, nd, rd, rds, th, ths"),
		ranges: map[string]bool{},
	}
	for _, code := range language.Codes() {
		table, err := language.Read(code)
		if err != nil {
			continue // the tables' test reads them all
		}
		words.add(table.Words)
	}
	maps.Copy(words.ranges, words.or)
	return words
}()

func (w wordTables) add(table map[string][]string) {
	for key, into := range map[string]map[string]bool{
		"article": w.articles, "genitive article": w.articles, "and": w.and, "or": w.or, "of": w.of, "dozen": w.dozens, "to": w.ranges,
	} {
		for _, word := range table[key] {
			into[strings.TrimSuffix(word, "'")] = true
		}
	}
	for _, key := range []string{"number", "fraction", "fractions"} {
		for _, entry := range table[key] {
			word, number, _ := strings.Cut(entry, " ")
			if value := valueOf(number); value < 1 {
				w.fractions[word] = value
			} else if key == "number" {
				w.numbers[word] = value
			}
		}
	}
}

// valueOf reads "0.5" and "1/3".
func valueOf(text string) float64 {
	above, below, _ := strings.Cut(text+"/1", "/")
	below, _, _ = strings.Cut(below, "/")
	a, _ := strconv.ParseFloat(above, 64)
	b, _ := strconv.ParseFloat(below, 64)
	return a / b
}
