package bleveindex

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	index "github.com/blevesearch/bleve_index_api"

	"larder.dev/internal/searchindex"
)

// rank answers a query with words. It finds the owner's dictionary words that
// each query word matches, joins their documents, and sorts only as many as
// the page needs.
func (v view) rank(ctx context.Context, plan searchindex.Plan) (searchindex.Page, error) {
	found, err := v.matches(ctx, plan)
	if err != nil {
		return searchindex.Page{}, err
	}
	places, err := v.rankedPlaces(ctx, plan, found)
	if err != nil {
		return searchindex.Page{}, err
	}
	return v.page(plan, places, len(found))
}

// tiers maps the number of a document to the tier of its match.
type tiers map[uint64]int

// matches returns every document that has the tag and matches all words.
func (v view) matches(ctx context.Context, plan searchindex.Plan) (tiers, error) {
	expansions, err := v.expand(plan)
	if err != nil {
		return nil, err
	}
	var found tiers
	for _, expansion := range expansions {
		if found, err = v.narrow(ctx, found, expansion); err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return found, nil
		}
	}
	if plan.Tag == "" {
		return found, nil
	}
	tagged := expansion{{field: fieldTag, value: term(plan.Owner, plan.Tag), tier: searchindex.TierExact}}
	return v.narrow(ctx, found, tagged)
}

// expansion holds the terms that a query word matches, the best tier first.
type expansion []rankedTerm

type rankedTerm struct {
	field, value string
	tier         int
}

// expand looks the query words up in the owner's dictionary. The word with the
// fewest terms comes first: what follows only has to look at its documents.
func (v view) expand(plan searchindex.Plan) ([]expansion, error) {
	expansions := make([]expansion, 0, len(plan.Words))
	for _, word := range plan.Words {
		e, err := v.expandWord(plan.Owner, word)
		if err != nil {
			return nil, err
		}
		expansions = append(expansions, e)
	}
	slices.SortStableFunc(expansions, func(a, b expansion) int { return cmp.Compare(len(a), len(b)) })
	return expansions, nil
}

func (v view) expandWord(owner, word string) (expansion, error) {
	candidates, err := v.terms(fieldWord, term(owner, searchindex.Stem(word)))
	if err != nil {
		return nil, err
	}
	var e expansion
	for _, candidate := range candidates {
		if tier, ok := searchindex.MatchWord(word, candidate[len(under(owner)):]); ok {
			e = append(e, rankedTerm{field: fieldWord, value: candidate, tier: tier})
		}
	}
	slices.SortStableFunc(e, func(a, b rankedTerm) int { return cmp.Compare(a.tier, b.tier) })
	return e, nil
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
	for tier := max(plan.After.Tier, searchindex.TierExact); tier <= searchindex.TierTypo && len(places) <= plan.Limit; tier++ {
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
