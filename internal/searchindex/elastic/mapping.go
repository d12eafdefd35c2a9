package elastic

import (
	"strings"
	"time"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/wordfold"
)

// maxTermRunes keeps terms under Lucene's 32766 bytes: a longer term would reject the whole
// document, while a truncated one just can't be found.
const maxTermRunes = 8191

// servingSettings are those of a serving generation. It has no periodic refresh: each write
// refreshes what it wrote (see bulk). Deleted versions are forgotten at once (see applyErased).
func servingSettings() object {
	return object{
		"refresh_interval":     "-1",
		"translog.durability":  "request",
		"gc_deletes":           "0s",
		"max_result_window":    maxLimit,
		"auto_expand_replicas": "0-1",
	}
}

// buildingSettings are those of a generation being filled: nobody searches it or relies on it, so
// writes don't wait for the disk and go to no replica.
func buildingSettings() object {
	s := servingSettings()
	s["translog.durability"] = "async"
	s["auto_expand_replicas"] = false
	s["number_of_replicas"] = 0
	return s
}

// layoutVersion is stored with each generation. Increment it with every change of the mapping, of
// source, and of how wordfold folds text: queries in one layout don't find what another wrote.
const layoutVersion = 4

// meta is our own metadata in the mapping.
type meta struct {
	Layout   int       `json:"layout"`
	Replaced time.Time `json:"replaced,omitzero"` // by a commit; on the old generation
}

// mappings is an index's own description.
type mappings struct {
	Meta meta `json:"_meta"` //nolint:tagliatelle // Elasticsearch's name
}

// mapping is strict: an unknown field is an error, not a new column.
func mapping(layout int) object {
	term := object{"type": "keyword", "ignore_above": maxTermRunes, "doc_values": false}
	return object{
		"_meta":    meta{Layout: layout},
		"dynamic":  "strict",
		"_routing": object{"required": true},
		"properties": object{
			fieldOwner:     object{"type": "keyword"},
			fieldID:        object{"type": "keyword", "index": false},
			fieldName:      object{"type": "keyword", "index": false, "doc_values": false},
			fieldKey:       object{"type": "keyword", "index": false},
			fieldWords:     term,
			fieldTails:     term,
			fieldTags:      term,
			fieldLabels:    object{"type": "keyword", "ignore_above": maxTermRunes, "index": false},
			fieldFoods:     object{"type": "keyword", "ignore_above": maxTermRunes, "index": false, "doc_values": false},
			fieldFood:      object{"type": "keyword", "ignore_above": maxTermRunes},
			fieldMinutes:   object{"type": "integer", "doc_values": false},
			fieldSorted:    object{"type": "keyword", "index": false, "doc_values": false},
			fieldNewest:    object{"type": "keyword", "index": false},
			fieldChanged:   object{"type": "keyword", "index": false},
			fieldTime:      object{"type": "keyword", "index": false},
			fieldRating:    object{"type": "keyword", "index": false},
			fieldFavourite: object{"type": "boolean", "doc_values": false},
			fieldDeleted:   object{"type": "boolean"},
		},
	}
}

const (
	fieldOwner   = "owner"
	fieldID      = "id"
	fieldName    = "name"
	fieldKey     = "key"
	fieldWords   = "words"
	fieldTails   = "tails"
	fieldTags    = "tags"
	fieldLabels  = "labels"
	fieldFoods   = "foods"
	fieldFood    = "food" // each of FoodTerms
	fieldMinutes = "minutes"
	fieldSorted  = "sorted"
	// Keys of the orders that aren't by name.
	fieldNewest  = "newest"
	fieldChanged = "changed"
	fieldTime    = "time"
	fieldRating  = "rating"

	fieldFavourite = "favourite"
	fieldDeleted   = "deleted"
)

// source is a stored document. A tombstone has only owner, id and deleted. Key is a pointer because
// "" is the key of a name without words.
type source struct {
	Owner   string   `json:"owner"`
	ID      string   `json:"id"`
	Name    string   `json:"name,omitempty"`
	Key     *string  `json:"key,omitempty"`
	Words   []string `json:"words,omitempty"`
	Tails   []string `json:"tails,omitempty"`
	Tags    []string `json:"tags,omitempty"`
	Labels  []string `json:"labels,omitempty"`
	Foods   []string `json:"foods,omitempty"`
	Food    []string `json:"food,omitempty"`
	Minutes int      `json:"minutes,omitempty"`
	Sorted  string   `json:"sorted,omitempty"`
	Newest  string   `json:"newest,omitempty"`
	Changed string   `json:"changed,omitempty"`
	Time    string   `json:"time,omitempty"`
	Rating  string   `json:"rating,omitempty"`

	Favourite bool `json:"favourite,omitempty"`

	Deleted bool `json:"deleted"`
}

func toSource(doc searchindex.Document) source {
	if doc.Deleted {
		return source{Owner: doc.Owner, ID: doc.ID, Deleted: true}
	}
	key := wordfold.Key(doc.Name)
	sorted := searchindex.SortedOf(doc)
	out := source{
		Owner: doc.Owner,
		ID:    doc.ID,
		Name:  doc.Name,
		Key:   &key,
		Words: searchindex.NameWords(doc.Name),
		Foods: doc.Foods, Food: searchindex.DocumentFoods(doc), Minutes: sorted.Minutes, Sorted: sorted.String(),
		Newest: sorted.Key(searchindex.ByNewest), Changed: sorted.Key(searchindex.ByChanged), Time: sorted.Key(searchindex.ByTime),
		Rating: sorted.Key(searchindex.ByRating), Favourite: sorted.Favourite,
	}
	for _, word := range out.Words {
		out.Tails = append(out.Tails, searchindex.Tails(word)...)
	}
	for _, tag := range searchindex.TagLabels(doc.Tags) {
		out.Tags = append(out.Tags, tag.Key)
		out.Labels = append(out.Labels, tag.Key+labelSeparator+tag.Name)
	}
	return out
}

// document returns what was indexed.
func (s source) document(version int64) (searchindex.Document, error) {
	doc := searchindex.Document{ID: s.ID, Owner: s.Owner, Name: s.Name, Tags: s.Tags, Foods: s.Foods, Version: version, Deleted: s.Deleted}
	if s.Sorted == "" {
		return doc, nil // a tombstone
	}
	sorted, err := searchindex.ParseSorted(s.Sorted)
	return sorted.On(doc), err
}

// labelSeparator separates a tag's key from its spelling; neither can contain it.
const labelSeparator = "\x00"

// routing is the value that selects an owner's shard. A comma would mean two shards to a search.
func routing(owner string) string { return strings.ReplaceAll(owner, ",", ";") }
