package bleveindex

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	index "github.com/blevesearch/bleve_index_api"

	"larder.dev/internal/searchindex"
)

// rank answers a query with words or with several tags. It finds the owner's
// dictionary words that each query word matches, joins their documents, and
// sorts only as many as the page needs.
func (v view) rank(ctx context.Context, plan searchindex.Plan) (searchindex.Page, error) {
	found, err := v.matches(ctx, plan)
	if err != nil {
		return searchindex.Page{}, err
	}
	places, err := v.rankedPlaces(ctx, plan, found)
	if err != nil {
		return searchindex.Page{}, err
	}
	return v.page(plan, places, found.count())
}

// tiers maps the number of a document to the tier of its match.
type tiers map[uint64]int

func (t tiers) count() (in searchindex.Tiers) {
	for _, tier := range t {
		in[tier]++
	}
	return in
}

// matches returns every document that has the tags and matches all terms.
func (v view) matches(ctx context.Context, plan searchindex.Plan) (tiers, error) {
	wanted, err := v.expand(plan)
	if err != nil {
		return nil, err
	}
	for _, tag := range plan.Tags {
		wanted = append(wanted, ways{{{{field: fieldTag, value: term(plan.Owner, tag), tier: searchindex.TierExact}}}})
	}
	var found tiers
	for _, each := range wanted {
		if found, err = v.meet(ctx, found, each); err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return found, nil
		}
	}
	return found, nil
}

// ways are the ways to match a term of a query: for each the expansions of its
// words, all of which have to match.
type ways [][]expansion

// expansion holds the terms of the index that a query word matches, the best
// tier first.
type expansion []rankedTerm

type rankedTerm struct {
	field, value string
	tier         int
}

// size tells which term narrows most, as far as that is known before.
func (w ways) size() (n int) {
	for _, words := range w {
		for _, e := range words {
			n += len(e)
		}
	}
	return n
}

// expand looks the words of each term up in the owner's dictionary. The term
// with the fewest matches there comes first: what follows only has to look at
// its documents.
func (v view) expand(plan searchindex.Plan) ([]ways, error) {
	expanded := make([]ways, 0, len(plan.Terms))
	for _, asked := range plan.Terms {
		w := make(ways, len(asked))
		for i, words := range asked {
			for _, word := range words {
				e, err := v.expandWord(plan.Owner, word)
				if err != nil {
					return nil, err
				}
				w[i] = append(w[i], e)
			}
		}
		expanded = append(expanded, w)
	}
	slices.SortStableFunc(expanded, func(a, b ways) int { return cmp.Compare(a.size(), b.size()) })
	return expanded, nil
}

func (v view) expandWord(owner, word string) (expansion, error) {
	candidates, err := v.terms(fieldWord, term(owner, searchindex.Stem(word)))
	if err != nil {
		return nil, err
	}
	var e expansion
	for _, candidate := range candidates {
		tier, ok := searchindex.MatchWord(word, candidate[len(under(owner)):])
		if ok && tier < searchindex.TierPart {
			e = append(e, rankedTerm{field: fieldWord, value: candidate, tier: tier})
		}
	}
	slices.SortStableFunc(e, func(a, b rankedTerm) int { return cmp.Compare(a.tier, b.tier) })
	if !searchindex.AsksForPart(word) {
		return e, nil
	}
	tails, err := v.terms(fieldTail, term(owner, word))
	if err != nil {
		return nil, err
	}
	for _, tail := range tails {
		e = append(e, rankedTerm{field: fieldTail, value: tail, tier: searchindex.TierPart})
	}
	return e, nil
}

// meet keeps the documents that match in one of the ways, in the best of them.
// All documents are kept at first, when found is nil.
func (v view) meet(ctx context.Context, found tiers, in ways) (tiers, error) {
	kept := tiers{}
	for _, words := range in {
		of := found
		for _, e := range words {
			narrowed, err := v.narrow(ctx, of, e)
			if err != nil {
				return nil, err
			}
			of = narrowed
		}
		if len(in) == 1 {
			return of, nil
		}
		for number, tier := range of {
			if best, ok := kept[number]; !ok || tier < best {
				kept[number] = tier
			}
		}
	}
	return kept, nil
}

// narrow keeps the documents that have one of the terms, and lowers their tier
// to that of the term where it is worse. All documents are kept at first, when
// found is nil.
func (v view) narrow(ctx context.Context, found tiers, terms expansion) (tiers, error) {
	kept := tiers{}
	for _, t := range terms {
		err := v.eachWith(ctx, t.field, t.value, func(number index.IndexInternalID) error {
			n := number.Value()
			if _, better := kept[n]; better {
				return nil
			}
			before, ok := found[n]
			if found == nil || ok {
				kept[n] = max(before, t.tier)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// rankedPlaces returns the positions of the page and one more, if there is one
// more. It reads the places of no tier that the page doesn't reach.
func (v view) rankedPlaces(ctx context.Context, plan searchindex.Plan, found tiers) ([]searchindex.Position, error) {
	var places []searchindex.Position
	for tier := max(plan.After.Tier, searchindex.TierExact); tier <= searchindex.TierPart && len(places) <= plan.Limit; tier++ {
		first := firstOf{limit: plan.Limit + 1 - len(places)}
		if err := v.eachPlace(ctx, plan.Owner, tier, found, func(place searchindex.Position) {
			if place.Compare(plan.After) > 0 {
				first.add(place)
			}
		}); err != nil {
			return nil, err
		}
		places = append(places, first.sorted()...)
	}
	return places, nil
}

// eachPlace calls fn with the position of each document of one tier.
func (v view) eachPlace(ctx context.Context, owner string, tier int, found tiers, fn func(searchindex.Position)) error {
	columns, err := v.reader.DocValueReader([]string{fieldListed})
	if err != nil {
		return fmt.Errorf("read places: %w", err)
	}
	skip := len(under(owner))
	var id index.IndexInternalID
	for i, number := range found.numbersOf(tier) {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return fmt.Errorf("read places: %w", ctx.Err())
		}
		id = index.NewIndexInternalID(id, number)
		err := columns.VisitDocValues(id, func(_ string, value []byte) {
			key, docID := splitPlace(string(value[skip:]))
			fn(searchindex.Position{Tier: tier, Key: key, ID: docID})
		})
		if err != nil {
			return fmt.Errorf("read places: %w", err)
		}
	}
	return nil
}

// numbersOf returns the documents of a tier in the order in which they lie on
// disk.
func (t tiers) numbersOf(tier int) []uint64 {
	var numbers []uint64
	for number, of := range t {
		if of == tier {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// firstOf keeps the first positions of many without sorting them all.
type firstOf struct {
	limit  int
	places []searchindex.Position
	full   bool // places has been cut: what comes after its last one is out
}

func (f *firstOf) add(place searchindex.Position) {
	if f.full && place.Compare(f.places[f.limit-1]) > 0 {
		return
	}
	f.places = append(f.places, place)
	if len(f.places) >= 4*f.limit+16 {
		f.cut()
	}
}

func (f *firstOf) cut() {
	slices.SortFunc(f.places, searchindex.Position.Compare)
	f.full = len(f.places) >= f.limit
	f.places = f.places[:min(f.limit, len(f.places))]
}

func (f *firstOf) sorted() []searchindex.Position {
	f.cut()
	return f.places
}
