package bleveindex

import (
	"context"
	"fmt"

	index "github.com/blevesearch/bleve_index_api"

	"larder.dev/internal/searchindex"
)

// list answers a query by name with no words and at most one tag: it reads the listing's terms from the
// cursor on, so a page's cost depends neither on its position nor on the owner's number of
// documents.
func (v view) list(ctx context.Context, plan searchindex.Plan) (searchindex.Page, error) {
	field, parts, countField := fieldListed, []string{plan.Owner}, fieldLive
	if len(plan.Tags) == 1 {
		field, parts, countField = fieldTagged, []string{plan.Owner, plan.Tags[0]}, fieldTag
	}
	total, err := v.count(ctx, countField, term(parts...))
	if err != nil {
		return searchindex.Page{}, err
	}
	places, err := v.places(ctx, field, parts, plan)
	if err != nil {
		return searchindex.Page{}, err
	}
	return v.page(plan, places, searchindex.Tiers{searchindex.TierExact: total})
}

// places returns the page's positions, plus one if there are more.
func (v view) places(ctx context.Context, field string, parts []string, plan searchindex.Plan) ([]searchindex.Position, error) {
	first := under(parts...)
	start := first
	if plan.After != (searchindex.Position{}) {
		start += term(plan.After.Key, plan.After.ID)
	}
	dict, err := v.reader.FieldDictRange(field, []byte(start), []byte(pastAll(parts...)))
	if err != nil {
		return nil, fmt.Errorf("read terms of %s: %w", field, err)
	}
	defer dict.Close()
	var places []searchindex.Position
	for len(places) <= plan.Limit {
		entry, err := v.nextLive(ctx, dict, field)
		if err != nil {
			return nil, err
		}
		if entry == "" {
			break
		}
		key, id := splitPlace(entry[len(first):])
		place := searchindex.Position{Tier: searchindex.TierExact, Key: key, ID: id}
		if place.Compare(plan.After) > 0 {
			places = append(places, place)
		}
	}
	return places, nil
}

// nextLive returns the next term that a live document still has, "" at the end. The engine only
// drops changed documents' old terms when it merges.
func (v view) nextLive(ctx context.Context, dict index.FieldDict, field string) (string, error) {
	for {
		if err := ctx.Err(); err != nil {
			return "", fmt.Errorf("read terms of %s: %w", field, err)
		}
		entry, err := dict.Next()
		if err != nil {
			return "", fmt.Errorf("read terms of %s: %w", field, err)
		}
		if entry == nil {
			return "", nil
		}
		n, err := v.count(ctx, field, entry.Term)
		if err != nil {
			return "", err
		}
		if n > 0 {
			return entry.Term, nil
		}
	}
}

// page builds the page of the first positions; one position more than fits means that there is
// another page.
func (v view) page(plan searchindex.Plan, places []searchindex.Position, in searchindex.Tiers) (searchindex.Page, error) {
	page := searchindex.Page{Hits: []searchindex.Hit{}}
	page.Total, page.Similar = in.Total()
	if len(places) > plan.Limit {
		places = places[:plan.Limit]
		page.Next = plan.Cursor(places[len(places)-1])
	}
	for _, place := range places {
		version, name, err := v.body(term(plan.Owner, place.ID))
		if err != nil {
			return searchindex.Page{}, err
		}
		hit := searchindex.Hit{ID: place.ID, Version: version}
		if plan.Names {
			hit.Name = name
		}
		page.Hits = append(page.Hits, hit)
	}
	return page, nil
}
