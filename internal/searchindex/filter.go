package searchindex

import (
	"slices"
	"strings"
)

// Filter is what a query restricts documents to, in the form in which two that restrict the same
// are equal: keys, distinct, in order, without blanks.
type Filter struct {
	Tags, With, Without []string
	MaxMinutes          int
	Favourite           bool
}

func (q Query) filter() Filter {
	return Filter{
		Tags: sortedSet(TagKeys(q.Tags)), With: foodKeys(q.With), Without: foodKeys(q.Without),
		MaxMinutes: max(q.MaxMinutes, 0), Favourite: q.Favourite,
	}
}

// OnlyTags reports whether the filter restricts nothing but tags.
func (f Filter) OnlyTags() bool { return len(f.With)+len(f.Without) == 0 && f.OfAnyValue() }

// OfAnyValue reports whether the filter admits all of a document's sort values.
func (f Filter) OfAnyValue() bool { return f.MaxMinutes == 0 && !f.Favourite }

// Admits reports whether a document with these sort values passes the part of the filter that is
// about them.
func (f Filter) Admits(s Sorted) bool {
	if f.Favourite && !s.Favourite {
		return false
	}
	return f.MaxMinutes == 0 || 0 < s.Minutes && s.Minutes <= f.MaxMinutes
}

func (f Filter) matches(doc Document) bool {
	if !f.Admits(SortedOf(doc)) {
		return false
	}
	if len(f.Tags) > 0 && !hasAll(TagKeys(doc.Tags), f.Tags) {
		return false
	}
	if len(f.With)+len(f.Without) == 0 {
		return true
	}
	foods := DocumentFoods(doc)
	return hasAll(foods, f.With) && !slices.ContainsFunc(f.Without, func(food string) bool { return slices.Contains(foods, food) })
}

func hasAll(has, wanted []string) bool {
	for _, each := range wanted {
		if !slices.Contains(has, each) {
			return false
		}
	}
	return true
}

func foodKeys(foods []string) []string {
	var keys []string
	for _, food := range foods {
		keys = append(keys, strings.Map(dropControl, strings.TrimSpace(food)))
	}
	return sortedSet(keys)
}

// sortedSet returns the distinct strings in order, without "".
func sortedSet(list []string) []string {
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	if len(list) > 0 && list[0] == "" {
		return list[1:]
	}
	return list
}

// Limits on the words of a food that it is found by.
const (
	maxFoodWords  = 8 // from its beginning
	maxFoodPhrase = 3
)

// FoodTerms returns what a food is found by: its key, and each up to three consecutive words of it.
// "extra virgin olive oil" is found as olive oil, and as oil.
func FoodTerms(key string) []string {
	words := strings.Fields(key)
	words = words[:min(len(words), maxFoodWords)]
	var terms []string
	if len(words) > maxFoodPhrase {
		terms = append(terms, strings.Join(words, " "))
	}
	for from := range words {
		for to := from + 1; to <= min(from+maxFoodPhrase, len(words)); to++ {
			terms = append(terms, strings.Join(words[from:to], " "))
		}
	}
	return terms
}

// DocumentFoods returns the FoodTerms of a document's foods, each once.
func DocumentFoods(doc Document) []string {
	var terms []string
	for _, key := range foodKeys(doc.Foods) {
		terms = append(terms, FoodTerms(key)...)
	}
	return sortedSet(terms)
}
