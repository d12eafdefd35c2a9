package elastic

import (
	"unicode/utf8"

	"larder.dev/internal/searchindex"
)

// maxLimit is the largest page that can be asked for.
const maxLimit = 10_000

// searchBody is the request of one page. The tiers are scores, and a score says
// nothing else: a document gets the sum of its tiers' boosts, so that what
// matches exactly, and with that in every other way too, has the most.
func searchBody(plan searchindex.Plan) object {
	filter := []object{
		{"term": object{fieldOwner: plan.Owner}},
		{"term": object{fieldDeleted: false}},
	}
	if plan.Tag != "" {
		filter = append(filter, object{"term": object{fieldTags: plan.Tag}})
	}
	query := object{"filter": filter}
	order := []object{{fieldKey: "asc"}, {fieldID: "asc"}}
	after := []any{plan.After.Key, plan.After.ID}
	if len(plan.Words) > 0 {
		query["should"] = tiers(plan.Words)
		query["minimum_should_match"] = 1
		order = append([]object{{"_score": "desc"}}, order...)
		after = append([]any{scoreOf(plan.After.Tier)}, after...)
	}
	body := object{
		"query":            object{"bool": query},
		"sort":             order,
		"size":             min(plan.Limit, maxLimit-1) + 1, // one more tells whether there is a next page
		"track_total_hits": true,
		"version":          true,
	}
	if plan.Names {
		body["_source"] = []string{fieldName}
	} else {
		// What a hit was sorted by has its id. To read what is stored of each costs the query a fifth.
		body["stored_fields"] = "_none_"
	}
	if plan.After != (searchindex.Position{}) {
		body["search_after"] = after
	}
	return body
}

// Boosts are powers of two: their sums are exact in the floats of scores.
const (
	boostTypo   = 1
	boostPrefix = 2
	boostExact  = 4
)

func tiers(words []string) []object {
	return []object{
		everyWord(words, boostExact, exact),
		everyWord(words, boostPrefix, prefix),
		everyWord(words, boostTypo, typo),
	}
}

func everyWord(words []string, boost int, clause func(string) object) object {
	clauses := make([]object, 0, len(words))
	for _, word := range words {
		clauses = append(clauses, clause(word))
	}
	return object{"constant_score": object{"boost": boost, "filter": object{"bool": object{"filter": clauses}}}}
}

func exact(word string) object { return object{"term": object{fieldWords: word}} }

func prefix(word string) object { return object{"prefix": object{fieldWords: word}} }

// typo is prefix, too. Its words may resemble the query word as far as
// searchindex.MatchWord lets them: Lucene's distance is the same one.
func typo(word string) object {
	typos := searchindex.Typos(word)
	if typos == 0 {
		return prefix(word)
	}
	fuzzy := object{"fuzzy": object{fieldWords: object{
		"value":          word,
		"fuzziness":      typos,
		"prefix_length":  utf8.RuneCountInString(searchindex.Stem(word)),
		"transpositions": true,
		// All words that resemble it, not the fifty best of them.
		"rewrite": "constant_score",
	}}}
	return object{"bool": object{"should": []object{prefix(word), fuzzy}, "minimum_should_match": 1}}
}

// scoreOf and tierOf turn a tier into the score of its documents and back.
func scoreOf(tier int) int {
	switch tier {
	case searchindex.TierExact:
		return boostExact + boostPrefix + boostTypo
	case searchindex.TierPrefix:
		return boostPrefix + boostTypo
	}
	return boostTypo
}

func tierOf(score float64) int {
	switch {
	case score >= boostExact:
		return searchindex.TierExact
	case score >= boostPrefix:
		return searchindex.TierPrefix
	}
	return searchindex.TierTypo
}
