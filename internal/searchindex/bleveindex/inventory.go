package bleveindex

import (
	"context"
	"fmt"
	"strings"

	index "github.com/blevesearch/bleve_index_api"

	"larder.dev/internal/searchindex"
)

// fieldKey is the field in which the engine has its documents' keys, as terms.
const fieldKey = "_id"

// Documents implements searchindex.Index.
func (x *Index) Documents(ctx context.Context, owner string, ids []string) ([]searchindex.Document, error) {
	serving, done, err := x.use()
	if err != nil {
		return nil, err
	}
	defer done()
	if serving.lost.Load() {
		return nil, searchindex.ErrLost
	}
	return serving.documents(ctx, owner, ids)
}

func (g *generation) documents(ctx context.Context, owner string, ids []string) ([]searchindex.Document, error) {
	view, err := g.view()
	if err != nil {
		return nil, err
	}
	defer view.close()
	var docs []searchindex.Document
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("read documents of owner %s: %w", owner, err)
		}
		doc, found, err := view.document(ctx, searchindex.Key{Owner: owner, ID: id})
		if err != nil {
			return nil, err
		}
		if found {
			docs = append(docs, doc)
		}
	}
	return docs, nil
}

// document reads a document's stored fields, and checks by its terms whether searches see it.
func (v view) document(ctx context.Context, key searchindex.Key) (searchindex.Document, bool, error) {
	id := term(key.Owner, key.ID)
	stored, err := v.reader.Document(id)
	if err != nil {
		return searchindex.Document{}, false, fmt.Errorf("read document %q: %w", id, err)
	}
	if stored == nil {
		return searchindex.Document{}, false, nil
	}
	doc := searchindex.Document{ID: key.ID, Owner: key.Owner}
	var sorted searchindex.Sorted
	err = errBody
	stored.VisitFields(func(field index.Field) {
		switch field.Name() {
		case fieldBody:
			doc.Version, doc.Name, err = decodeBody(field.Value())
		case fieldTags:
			doc.Tags = strings.Split(string(field.Value()), separator)
		case fieldFoods:
			doc.Foods = strings.Split(string(field.Value()), separator)
		case fieldSorted:
			sorted, err = searchindex.ParseSorted(string(field.Value()))
		}
	})
	if err != nil {
		return searchindex.Document{}, false, fmt.Errorf("read document %q: %w", id, err)
	}
	listed, err := v.count(ctx, fieldListed, listedAs(doc))
	if err != nil {
		return searchindex.Document{}, false, err
	}
	if listed == 0 {
		return searchindex.Document{ID: key.ID, Owner: key.Owner, Version: doc.Version, Deleted: true}, true, nil
	}
	return sorted.On(doc), true, nil
}

// Keys implements searchindex.Index.
func (x *Index) Keys(ctx context.Context, owner string, after searchindex.Key, limit int) ([]searchindex.Key, error) {
	serving, done, err := x.use()
	if err != nil {
		return nil, err
	}
	defer done()
	if serving.lost.Load() {
		return nil, searchindex.ErrLost
	}
	return serving.keys(ctx, owner, after, limit)
}

func (g *generation) keys(ctx context.Context, owner string, after searchindex.Key, limit int) ([]searchindex.Key, error) {
	view, err := g.view()
	if err != nil {
		return nil, err
	}
	defer view.close()
	start, end := "", ""
	if owner != "" {
		start, end = under(owner), pastAll(owner)
	}
	if after != (searchindex.Key{}) {
		start = term(after.Owner, after.ID)
	}
	return view.keys(ctx, start, end, after, limit)
}

func (v view) keys(ctx context.Context, start, end string, after searchindex.Key, limit int) ([]searchindex.Key, error) {
	var last []byte // nil is unbounded
	if end != "" {
		last = []byte(end)
	}
	dict, err := v.reader.FieldDictRange(fieldKey, []byte(start), last)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	defer dict.Close()
	var keys []searchindex.Key
	for len(keys) < limit {
		entry, err := v.nextLive(ctx, dict, fieldKey)
		if err != nil {
			return nil, err
		}
		if entry == "" {
			break
		}
		ownerPart, id, _ := strings.Cut(entry, separator)
		if key := (searchindex.Key{Owner: ownerPart, ID: id}); key != after {
			keys = append(keys, key)
		}
	}
	return keys, nil
}
