package elastic

import (
	"strings"
	"time"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/wordfold"
)

// maxTermRunes keeps terms under Lucene's 32766 bytes: a longer one would get
// the whole document refused, this way it alone can't be found.
const maxTermRunes = 8191

// settings of a generation that serves. It is never refreshed on a clock: each
// write refreshes what it wrote (see bulk). Deleted versions are forgotten at
// once (see applyErased).
func servingSettings() object {
	return object{
		"refresh_interval":     "-1",
		"translog.durability":  "request",
		"gc_deletes":           "0s",
		"max_result_window":    maxLimit,
		"auto_expand_replicas": "0-1",
	}
}

// buildingSettings are those of a generation being filled: nobody searches it
// and nobody relies on it, so it is written without waiting for the disk and to
// no replica.
func buildingSettings() object {
	s := servingSettings()
	s["translog.durability"] = "async"
	s["auto_expand_replicas"] = false
	s["number_of_replicas"] = 0
	return s
}

// layoutVersion is kept with each generation. It goes up with every change of
// the mapping, of source, and of what wordfold makes of a text: queries of the
// one don't find what the other wrote.
const layoutVersion = 2

// meta is what we write into the mapping for ourselves.
type meta struct {
	Layout   int       `json:"layout"`
	Replaced time.Time `json:"replaced,omitzero"` // by a commit; of the old generation
}

// mappings is what an index says of itself.
type mappings struct {
	Meta meta `json:"_meta"` //nolint:tagliatelle // Elasticsearch's name
}

// mapping is strict: a field that isn't named here is an error and no new
// column.
func mapping(layout int) object {
	term := object{"type": "keyword", "ignore_above": maxTermRunes, "doc_values": false}
	return object{
		"_meta":    meta{Layout: layout},
		"dynamic":  "strict",
		"_routing": object{"required": true},
		"properties": object{
			fieldOwner:   object{"type": "keyword"},
			fieldID:      object{"type": "keyword", "index": false},
			fieldName:    object{"type": "keyword", "index": false, "doc_values": false},
			fieldKey:     object{"type": "keyword", "index": false},
			fieldWords:   term,
			fieldTails:   term,
			fieldTags:    term,
			fieldLabels:  object{"type": "keyword", "ignore_above": maxTermRunes, "index": false},
			fieldDeleted: object{"type": "boolean"},
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
	fieldDeleted = "deleted"
)

// source is a document as it is stored. A tombstone has owner, id and deleted
// alone. Key is a pointer because "" is the key of a name without words.
type source struct {
	Owner   string   `json:"owner"`
	ID      string   `json:"id"`
	Name    string   `json:"name,omitempty"`
	Key     *string  `json:"key,omitempty"`
	Words   []string `json:"words,omitempty"`
	Tails   []string `json:"tails,omitempty"`
	Tags    []string `json:"tags,omitempty"`
	Labels  []string `json:"labels,omitempty"`
	Deleted bool     `json:"deleted"`
}

func toSource(doc searchindex.Document) source {
	if doc.Deleted {
		return source{Owner: doc.Owner, ID: doc.ID, Deleted: true}
	}
	key := wordfold.Key(doc.Name)
	out := source{
		Owner: doc.Owner,
		ID:    doc.ID,
		Name:  doc.Name,
		Key:   &key,
		Words: searchindex.NameWords(doc.Name),
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

// labelSeparator parts a tag's key from how it is written; neither can hold it.
const labelSeparator = "\x00"

// routing is the value that decides the shard of an owner's documents. A comma
// would name two shards to a search.
func routing(owner string) string { return strings.ReplaceAll(owner, ",", ";") }
