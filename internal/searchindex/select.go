package searchindex

import (
	"context"
	"iter"
	"slices"
)

// Select answers a query over documents in memory, by the same rules and with the same cursors as
// every index. It is the fallback when no index is reachable, and the reference that the indexes
// are tested against. It skips deleted documents and other owners'; each id may occur once. Its
// work grows with the number of documents, on every page, up to the query's time limit.
func Select(ctx context.Context, docs iter.Seq[Document], query Query) (Page, error) {
	plan, err := query.Plan()
	if err != nil {
		return Page{}, err
	}
	ctx, cancel := plan.Cost.Bounded(ctx)
	defer cancel()
	var found []match
	for doc := range docs {
		if ctx.Err() != nil {
			return Page{}, Explain(ctx, ctx.Err())
		}
		if m, ok := plan.match(doc); ok {
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b match) int { return a.at.Compare(b.at) })
	return plan.page(found), nil
}

type match struct {
	at   Position
	tier int
	hit  Hit
}

func (p Plan) match(doc Document) (match, bool) {
	if doc.Deleted || doc.Owner != p.Owner {
		return match{}, false
	}
	if !p.matches(doc) {
		return match{}, false
	}
	tier, ok := Match(p.Terms, doc.Name)
	if !ok {
		return match{}, false
	}
	hit := Hit{ID: doc.ID, Version: doc.Version}
	if p.Names {
		hit.Name = doc.Name
	}
	return match{at: p.Order.place(doc, tier), tier: tier, hit: hit}, true
}

// page cuts the page from all matches in order.
func (p Plan) page(found []match) Page {
	page := Page{Hits: []Hit{}}
	var in Tiers
	for _, m := range found {
		in[m.tier]++
	}
	page.Total, page.Similar = in.Total()
	start, _ := slices.BinarySearchFunc(found, p.After, func(m match, after Position) int {
		if m.at.Compare(after) <= 0 {
			return -1
		}
		return 1
	})
	end := min(start+p.Limit, len(found))
	for _, m := range found[start:end] {
		page.Hits = append(page.Hits, m.hit)
	}
	if end < len(found) {
		page.Next = p.Cursor(found[end-1].at)
	}
	return page
}
