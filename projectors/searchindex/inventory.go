package searchindex

import (
	"context"
	"strconv"
	"strings"

	"larder.dev/events"
	"larder.dev/internal/searchindex"
	"larder.dev/projectors"
	"larder.dev/projectors/views"
)

// keysPage is how many documents are listed at once.
const keysPage = 1000

// Expect returns what the index must have after the last event of a subject; false if it stores
// nothing for such events. Its errors are those of package events.
func Expect(e events.Envelope) (projectors.Fingerprint, bool, error) {
	if !e.Type.IsRecipe() {
		return projectors.Fingerprint{}, false, nil
	}
	doc, err := views.SearchDocument(e)
	if err != nil {
		return projectors.Fingerprint{}, false, err
	}
	return fingerprint(doc), true, nil
}

func fingerprint(doc searchindex.Document) projectors.Fingerprint {
	h := projectors.Fingerprint{Subject: events.RecipeSubject(doc.Owner, doc.ID), Version: doc.Version, Deleted: doc.Deleted}
	if !doc.Deleted {
		parts := append([]string{doc.Name, searchindex.SortedOf(doc).String(), strconv.Itoa(len(doc.Foods))}, doc.Foods...)
		h.Digest = projectors.Digest(append(parts, searchindex.TagKeys(doc.Tags)...)...)
	}
	return h
}

// Fingerprints implements projectors.Inventory.
func (p *Projection) Fingerprints(ctx context.Context, subjects []string) ([]projectors.Fingerprint, error) {
	return fingerprints(ctx, p.index, subjects)
}

// Fingerprints implements projectors.Inventory.
func (t target) Fingerprints(ctx context.Context, subjects []string) ([]projectors.Fingerprint, error) {
	return fingerprints(ctx, t.Rebuild, subjects)
}

func fingerprints(ctx context.Context, of searchindex.Lister, subjects []string) ([]projectors.Fingerprint, error) {
	ids := map[string][]string{} // by owner
	for _, subject := range subjects {
		if owner, id, ok := events.RecipeOf(subject); ok {
			ids[owner] = append(ids[owner], id)
		}
	}
	var list []projectors.Fingerprint
	for owner, some := range ids {
		docs, err := of.Documents(ctx, owner, some)
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			list = append(list, fingerprint(doc))
		}
	}
	return list, nil
}

// Subjects implements projectors.Inventory.
func (p *Projection) Subjects(ctx context.Context, user, cursor string) (projectors.SubjectPage, error) {
	return subjects(ctx, p.index, user, cursor)
}

// Subjects implements projectors.Inventory.
func (t target) Subjects(ctx context.Context, user, cursor string) (projectors.SubjectPage, error) {
	return subjects(ctx, t.Rebuild, user, cursor)
}

// subjects lists an index's recipes. The cursor is the last document's owner and id.
func subjects(ctx context.Context, of searchindex.Lister, user, cursor string) (projectors.SubjectPage, error) {
	owner, id, _ := strings.Cut(cursor, " ")
	keys, err := of.Keys(ctx, user, searchindex.Key{Owner: owner, ID: id}, keysPage)
	if err != nil {
		return projectors.SubjectPage{}, err
	}
	var page projectors.SubjectPage
	for _, key := range keys {
		page.Subjects = append(page.Subjects, events.RecipeSubject(key.Owner, key.ID))
	}
	if len(keys) == keysPage {
		last := keys[len(keys)-1]
		page.Next = last.Owner + " " + last.ID
	}
	return page, nil
}
