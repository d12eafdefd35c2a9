package elastic

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"larder.dev/internal/searchindex"
)

// maxLimit is the largest possible page.
const maxLimit = 10_000

// searchBody is one page's request. Scores encode only tiers: a document gets the sum of its tiers'
// boosts, so that an exact match, which matches in every other way too, scores highest.
func searchBody(plan searchindex.Plan) object {
	filter := []object{
		{"term": object{fieldOwner: plan.Owner}},
		{"term": object{fieldDeleted: false}},
	}
	for _, tag := range plan.Tags {
		filter = append(filter, object{"term": object{fieldTags: tag}})
	}
	for _, food := range plan.With {
		filter = append(filter, object{"term": object{fieldFood: food}})
	}
	if plan.MaxMinutes > 0 {
		filter = append(filter, object{"range": object{fieldMinutes: object{"gte": 1, "lte": plan.MaxMinutes}}})
	}
	if plan.Favourite {
		filter = append(filter, object{"term": object{fieldFavourite: true}})
	}
	query := object{"filter": filter}
	if len(plan.Without) > 0 {
		query["must_not"] = object{"terms": object{fieldFood: plan.Without}}
	}
	order := []object{{orderField(plan.Order): "asc"}, {fieldID: "asc"}}
	after := []any{plan.After.Key, plan.After.ID}
	if len(plan.Terms) > 0 {
		query["should"] = tiers(plan.Terms)
		query["minimum_should_match"] = 1
	}
	if len(plan.Terms) > 0 && plan.Order == searchindex.ByRelevance {
		order = append([]object{{"_score": "desc"}}, order...)
		after = append([]any{scoreOf(plan.After.Tier)}, after...)
	}
	body := object{
		"query":            object{"bool": query},
		"sort":             order,
		"size":             min(plan.Limit, maxLimit-1) + 1, // one more tells whether there is a next page
		"track_total_hits": true,
		"timeout":          milliseconds(plan.Cost.Time),
		"version":          true,
	}
	if len(plan.Terms) > 0 {
		body["aggs"] = object{
			countPrefix: object{"filter": everyTerm(plan.Terms, prefix)},
			countTypo:   object{"filter": everyTerm(plan.Terms, typo)},
		}
	}
	if plan.Names {
		body["_source"] = []string{fieldName}
	} else {
		// A hit's sort values contain its id. Reading stored fields costs a fifth of the query.
		body["stored_fields"] = "_none_"
	}
	if plan.After != (searchindex.Position{}) {
		body["search_after"] = after
	}
	return body
}

func orderField(order searchindex.Order) string {
	switch order {
	case searchindex.ByNewest:
		return fieldNewest
	case searchindex.ByChanged:
		return fieldChanged
	case searchindex.ByTime:
		return fieldTime
	case searchindex.ByRating:
		return fieldRating
	case searchindex.ByRelevance, searchindex.ByName:
	}
	return fieldKey
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) + "ms" }

// The names of the aggregations that count hits by tier.
const (
	countPrefix = "prefix"
	countTypo   = "typo"
)

// Boosts are powers of two: their sums are exact in the scores' floats.
const (
	boostPart   = 1
	boostTypo   = 2
	boostPrefix = 4
	boostExact  = 8
)

func tiers(terms []searchindex.Term) []object {
	return []object{
		scored(boostExact, everyTerm(terms, exact)),
		scored(boostPrefix, everyTerm(terms, prefix)),
		scored(boostTypo, everyTerm(terms, typo)),
		scored(boostPart, everyTerm(terms, part)),
	}
}

func scored(boost int, filter object) object {
	return object{"constant_score": object{"boost": boost, "filter": filter}}
}

// everyTerm matches the documents in which, for each term, all words of one alternative match the
// clause.
func everyTerm(terms []searchindex.Term, clause func(string) object) object {
	clauses := make([]object, 0, len(terms))
	for _, term := range terms {
		ways := make([]object, 0, len(term))
		for _, words := range term {
			ways = append(ways, every(words, clause))
		}
		clauses = append(clauses, anyOf(ways))
	}
	return object{"bool": object{"filter": clauses}}
}

func every(words []string, clause func(string) object) object {
	if len(words) == 1 {
		return clause(words[0])
	}
	clauses := make([]object, 0, len(words))
	for _, word := range words {
		clauses = append(clauses, clause(word))
	}
	return object{"bool": object{"filter": clauses}}
}

func anyOf(clauses []object) object {
	if len(clauses) == 1 {
		return clauses[0]
	}
	return object{"bool": object{"should": clauses, "minimum_should_match": 1}}
}

func exact(word string) object { return object{"term": object{fieldWords: word}} }

func prefix(word string) object { return object{"prefix": object{fieldWords: word}} }

// typo includes prefix. Its words may differ from the query word as far as searchindex.MatchWord
// allows: Lucene's distance is the same.
func typo(word string) object {
	clauses := []object{prefix(word)}
	if typos := searchindex.Typos(word); typos > 0 {
		clauses = append(clauses, object{"fuzzy": object{fieldWords: object{
			"value":          word,
			"fuzziness":      typos,
			"prefix_length":  utf8.RuneCountInString(searchindex.Stem(word)),
			"transpositions": true,
			// All similar words, not the fifty best.
			"rewrite": "constant_score",
		}}})
	}
	for _, pattern := range openPatterns(word) {
		clauses = append(clauses, object{"regexp": object{fieldWords: object{"value": pattern, "flags": "NONE"}}})
	}
	return anyOf(clauses)
}

// part includes typo.
func part(word string) object {
	if !searchindex.AsksForPart(word) {
		return typo(word)
	}
	return anyOf([]object{typo(word), {"prefix": object{fieldTails: word}}})
}

// maxPattern bounds a regular expression; Elasticsearch's limit is a thousand characters.
const maxPattern = 900

// openPatterns returns regular expressions for the words that begin with the word except for one
// typo before its last letter. Folded words contain no special characters.
func openPatterns(word string) []string {
	if !searchindex.OpenTypos(word) {
		return nil
	}
	var patterns []string
	var alternatives strings.Builder
	letters := []rune(word)
	for i := 1; i < len(letters); i++ {
		before, rest := string(letters[:i]), string(letters[i:])
		ways := []string{before + "." + rest}
		if i < len(letters)-1 {
			after := string(letters[i+1:])
			swapped := string(letters[i+1]) + string(letters[i]) + string(letters[i+2:])
			ways = append(ways, before+after, before+"."+after, before+swapped)
		}
		for _, way := range ways {
			if alternatives.Len()+len(way) > maxPattern {
				patterns = append(patterns, "("+alternatives.String()+").*")
				alternatives.Reset()
			}
			if alternatives.Len() > 0 {
				alternatives.WriteByte('|')
			}
			alternatives.WriteString(way)
		}
	}
	return append(patterns, "("+alternatives.String()+").*")
}

// scoreOf and tierOf convert between a tier and its documents' score.
func scoreOf(tier int) int {
	switch tier {
	case searchindex.TierExact:
		return boostExact + boostPrefix + boostTypo + boostPart
	case searchindex.TierPrefix:
		return boostPrefix + boostTypo + boostPart
	case searchindex.TierTypo:
		return boostTypo + boostPart
	}
	return boostPart
}

func tierOf(score float64) int {
	switch {
	case score >= boostExact:
		return searchindex.TierExact
	case score >= boostPrefix:
		return searchindex.TierPrefix
	case score >= boostTypo:
		return searchindex.TierTypo
	}
	return searchindex.TierPart
}
