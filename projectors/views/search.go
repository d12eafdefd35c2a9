package views

import (
	"larder.dev/events"
	"larder.dev/internal/searchindex"
)

// SearchDocument is what the search index keeps of a recipe: what search finds and filters by, and
// nothing else of it. A deleted recipe becomes a tombstone without its name and tags.
func SearchDocument(r events.Heading, user string, deleted bool) searchindex.Document {
	doc := searchindex.Document{ID: r.ID, Owner: user, Version: r.Version, Deleted: deleted}
	if deleted {
		return doc
	}
	doc.Name = r.Name
	doc.Tags = r.Tags
	return doc
}
