package bleveindex

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	index "github.com/blevesearch/bleve_index_api"

	"larder.dev/internal/searchindex"
)

// rank answers a query with words, several tags, foods or another order. It finds the owner's
// dictionary words that match each query word, joins their documents, and sorts only as many as the
// page needs.
func (v view) rank(ctx context.Context, plan searchindex.Plan) (searchindex.Page, error) {
	matched, err := v.matches(ctx, plan, plan.Cost.Budget())
	if err != nil {
		return searchindex.Page{}, err
	}
	in := matched.count()
	if plan.Order != searchindex.ByRelevance {
		matched = matched.regardless()
	}
	places, err := v.rankedPlaces(ctx, plan, matched)
	if err != nil {
		return searchindex.Page{}, err
	}
	return v.page(plan, places, in)
}

// tiers are documents by number, each once, with the tier of its match.
type tiers []found

type found struct {
	number uint64
	tier   int
}

func (t tiers) count() (in searchindex.Tiers) {
	for _, doc := range t {
		in[doc.tier]++
	}
	return in
}

// best sorts documents that were found in several ways, each in its best tier.
func (t tiers) best() tiers {
	slices.SortFunc(t, func(a, b found) int { return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.tier, b.tier)) })
	return slices.CompactFunc(t, func(a, b found) bool { return a.number == b.number })
}

// regardless puts all documents in one tier.
func (t tiers) regardless() tiers {
	for i := range t {
		t[i].tier = searchindex.TierExact
	}
	return t
}

// matches returns every document that passes the filter and matches all terms.
func (v view) matches(ctx context.Context, plan searchindex.Plan, budget *searchindex.Budget) (tiers, error) {
	wanted, err := v.expand(ctx, plan, budget)
	if err != nil {
		return nil, err
	}
	for _, tag := range plan.Tags {
		wanted = append(wanted, having(fieldTag, plan.Owner, tag))
	}
	for _, food := range plan.With {
		wanted = append(wanted, having(fieldFood, plan.Owner, food))
	}
	if len(wanted) == 0 {
		wanted = append(wanted, having(fieldLive, plan.Owner))
	}
	var matched tiers
	for _, each := range wanted {
		if matched, err = v.meet(ctx, matched, each, budget); err != nil {
			return nil, err
		}
		if len(matched) == 0 {
			return matched, nil
		}
	}
	for _, food := range plan.Without {
		if matched, err = v.drop(ctx, matched, term(plan.Owner, food), budget); err != nil {
			return nil, err
		}
	}
	return v.admitted(ctx, matched, plan.Filter)
}

// having is a term that documents have to have.
func having(field string, parts ...string) ways {
	return ways{{{{field: field, value: term(parts...), tier: searchindex.TierExact}}}}
}

// drop removes the documents with a food.
func (v view) drop(ctx context.Context, matched tiers, food string, budget *searchindex.Budget) (tiers, error) {
	if len(matched) == 0 {
		return matched, nil
	}
	having, err := v.narrow(ctx, matched, expansion{{field: fieldFood, value: food, tier: searchindex.TierExact}}, budget)
	if err != nil {
		return nil, err
	}
	kept := tiers{}
	for _, doc := range matched {
		for len(having) > 0 && having[0].number < doc.number {
			having = having[1:]
		}
		if len(having) == 0 || having[0].number != doc.number {
			kept = append(kept, doc)
		}
	}
	return kept, nil
}

// admitted keeps the documents whose sort values the filter admits.
func (v view) admitted(ctx context.Context, matched tiers, filter searchindex.Filter) (tiers, error) {
	if filter.OfAnyValue() || len(matched) == 0 {
		return matched, nil
	}
	columns, err := v.reader.DocValueReader([]string{fieldSorted})
	if err != nil {
		return nil, fmt.Errorf("read sort values: %w", err)
	}
	kept := tiers{}
	var id index.IndexInternalID
	for i, doc := range matched {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("read sort values: %w", ctx.Err())
		}
		id = index.NewIndexInternalID(id, doc.number)
		_, sorted, err := readColumns(columns, id)
		if err != nil {
			return nil, fmt.Errorf("read sort values: %w", err)
		}
		if filter.Admits(sorted) {
			kept = append(kept, doc)
		}
	}
	return kept, nil
}

// ways are a term's alternatives: for each the expansions of its words, all of which have to match.
type ways [][]expansion

// expansion holds the index terms that a query word matches, best tier first.
type expansion []rankedTerm

type rankedTerm struct {
	field, value string
	tier         int
}

// size estimates how many documents a term matches, to find the most selective one.
func (w ways) size() (n int) {
	for _, words := range w {
		for _, e := range words {
			n += len(e)
		}
	}
	return n
}

// expand looks each term's words up in the owner's dictionary. The most selective term comes first:
// later ones only have to check its documents.
func (v view) expand(ctx context.Context, plan searchindex.Plan, budget *searchindex.Budget) ([]ways, error) {
	expanded := make([]ways, 0, len(plan.Terms))
	for _, asked := range plan.Terms {
		w := make(ways, len(asked))
		for i, words := range asked {
			for _, word := range words {
				e, err := v.expandWord(ctx, plan.Owner, word, budget)
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

func (v view) expandWord(ctx context.Context, owner, word string, budget *searchindex.Budget) (expansion, error) {
	var e expansion
	err := v.eachTerm(ctx, fieldWord, term(owner, searchindex.Stem(word)), budget, func(candidate string) {
		tier, ok := searchindex.MatchWord(word, candidate[len(under(owner)):])
		if ok && tier < searchindex.TierPart {
			e = append(e, rankedTerm{field: fieldWord, value: candidate, tier: tier})
		}
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(e, func(a, b rankedTerm) int { return cmp.Compare(a.tier, b.tier) })
	if !searchindex.AsksForPart(word) {
		return e, nil
	}
	err = v.eachTerm(ctx, fieldTail, term(owner, word), budget, func(tail string) {
		e = append(e, rankedTerm{field: fieldTail, value: tail, tier: searchindex.TierPart})
	})
	return e, err
}

// meet keeps the documents that match one of the alternatives, in the best tier. A nil matched
// means all documents.
func (v view) meet(ctx context.Context, matched tiers, in ways, budget *searchindex.Budget) (tiers, error) {
	kept := tiers{}
	for _, words := range in {
		of := matched
		for _, e := range words {
			narrowed, err := v.narrow(ctx, of, e, budget)
			if err != nil {
				return nil, err
			}
			of = narrowed
		}
		if len(in) == 1 {
			return of, nil
		}
		kept = append(kept, of...)
	}
	return kept.best(), nil
}

// narrow keeps the documents that have one of the terms, and lowers their tier to the term's if
// that is worse. A nil matched means all documents.
func (v view) narrow(ctx context.Context, matched tiers, terms expansion, budget *searchindex.Budget) (tiers, error) {
	kept := tiers{}
	for _, t := range terms {
		left := matched // a term's documents come in order of their numbers
		err := v.eachWith(ctx, t.field, t.value, func(number index.IndexInternalID) error {
			if err := budget.Document(); err != nil {
				return err
			}
			n := number.Value()
			if matched == nil {
				kept = append(kept, found{number: n, tier: t.tier})
				return nil
			}
			for len(left) > 0 && left[0].number < n {
				left = left[1:]
			}
			switch {
			case len(left) == 0:
				return errEnough
			case left[0].number == n:
				kept = append(kept, found{number: n, tier: max(left[0].tier, t.tier)})
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return nil, err
		}
	}
	if len(terms) == 1 {
		return kept, nil
	}
	return kept.best(), nil
}

// rankedPlaces returns the page's positions, plus one if there are more. It skips tiers that the
// page doesn't reach.
func (v view) rankedPlaces(ctx context.Context, plan searchindex.Plan, matched tiers) ([]searchindex.Position, error) {
	var places []searchindex.Position
	for tier := max(plan.After.Tier, searchindex.TierExact); tier <= searchindex.TierPart && len(places) <= plan.Limit; tier++ {
		first := firstOf{limit: plan.Limit + 1 - len(places)}
		if err := v.eachPlace(ctx, plan, tier, matched, func(place searchindex.Position) {
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
func (v view) eachPlace(ctx context.Context, plan searchindex.Plan, tier int, matched tiers, fn func(searchindex.Position)) error {
	fields := []string{fieldListed}
	if !plan.Order.Named() {
		fields = append(fields, fieldSorted)
	}
	columns, err := v.reader.DocValueReader(fields)
	if err != nil {
		return fmt.Errorf("read places: %w", err)
	}
	skip := len(under(plan.Owner))
	var id index.IndexInternalID
	for i, number := range matched.numbersOf(tier) {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return fmt.Errorf("read places: %w", ctx.Err())
		}
		id = index.NewIndexInternalID(id, number)
		listed, sorted, err := readColumns(columns, id)
		if err != nil {
			return fmt.Errorf("read places: %w", err)
		}
		at := searchindex.Position{Tier: tier}
		at.Key, at.ID = splitPlace(listed[skip:])
		if !plan.Order.Named() {
			at.Key = sorted.Key(plan.Order)
		}
		fn(at)
	}
	return nil
}

// readColumns returns a document's values in those of fieldListed and fieldSorted that the reader has.
func readColumns(columns index.DocValueReader, id index.IndexInternalID) (listed string, sorted searchindex.Sorted, err error) {
	var wrong error
	err = columns.VisitDocValues(id, func(field string, value []byte) {
		if field == fieldSorted {
			sorted, wrong = searchindex.ParseSorted(string(value))
			return
		}
		listed = string(value)
	})
	return listed, sorted, errors.Join(err, wrong)
}

// numbersOf returns a tier's documents in on-disk order.
func (t tiers) numbersOf(tier int) []uint64 {
	var numbers []uint64
	for _, doc := range t {
		if doc.tier == tier {
			numbers = append(numbers, doc.number)
		}
	}
	return numbers
}

// firstOf keeps the first positions of many without sorting them all.
type firstOf struct {
	limit  int
	places []searchindex.Position
	full   bool // places was truncated: positions after its last are dropped
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
