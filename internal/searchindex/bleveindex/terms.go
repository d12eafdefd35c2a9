package bleveindex

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/wordfold"
)

// Fields of an index. Each term begins with the owner, so that no query can reach another owner's
// documents, and its parts are divided by separator, which sorts before everything a part can
// contain. A tombstone has only fieldOwner and fieldBody.
const (
	fieldOwner  = "owner"  // owner; also on tombstones
	fieldLive   = "live"   // owner
	fieldWord   = "word"   // owner, word of the name
	fieldTail   = "tail"   // owner, end of a word of the name
	fieldTag    = "tag"    // owner, tag
	fieldLabel  = "label"  // owner, tag, the tag as written
	fieldFood   = "food"   // owner, food: each of FoodTerms
	fieldSorted = "sorted" // searchindex.Sorted; read by document number only, so without the owner
	fieldListed = "listed" // owner, sort key, id: one term per document, in listing order
	fieldTagged = "tagged" // owner, tag, sort key, id: the same for each tag
	fieldBody   = "body"   // stored: version and name
	fieldTags   = "tags"   // stored: the tags, divided by separator; missing if there are none
	fieldFoods  = "foods"  // stored: the foods, in the same way
)

const separator = "\x00"

const (
	asTerm = index.IndexField | index.SkipFreqNorm
	// asColumn fields can also be read by document number. Uncompressed: decompressing blocks of
	// many documents dominated searches with many matches. Set both flags: zapx 17.2.5 mixes up
	// values when it merges segments that only skip the compression.
	asColumn = asTerm | index.DocValues | index.SkipDVCompression | index.SkipDVChunking
)

// term joins a term's parts.
func term(parts ...string) string { return strings.Join(parts, separator) }

// under is the prefix of every term that begins with the parts and has more.
func under(parts ...string) string { return term(parts...) + separator }

// pastAll sorts after every term that begins with the parts and has more, and before all later
// ones.
func pastAll(parts ...string) string { return term(parts...) + "\x01" }

// splitPlace extracts sort key and id from what follows the owner in a fieldListed term, or the tag
// in a fieldTagged one.
func splitPlace(rest string) (key, id string) {
	key, id, _ = strings.Cut(rest, separator)
	return key, id
}

// toEngine makes the document that the engine indexes.
func toEngine(doc searchindex.Document) *document.Document {
	out := document.NewDocument(term(doc.Owner, doc.ID))
	add := func(field, value string, options index.FieldIndexingOptions) {
		out.AddField(document.NewTextFieldWithIndexingOptions(field, nil, []byte(value), options))
	}
	add(fieldOwner, doc.Owner, asTerm)
	add(fieldBody, encodeBody(doc.Version, doc.Name), index.StoreField)
	if doc.Deleted {
		return out
	}
	key := wordfold.Key(doc.Name)
	add(fieldLive, doc.Owner, asTerm)
	add(fieldListed, listedAs(doc), asColumn)
	for _, word := range searchindex.NameWords(doc.Name) {
		add(fieldWord, term(doc.Owner, word), asTerm)
		for _, tail := range searchindex.Tails(word) {
			add(fieldTail, term(doc.Owner, tail), asTerm)
		}
	}
	tags := searchindex.TagLabels(doc.Tags)
	keys := make([]string, len(tags))
	for i, tag := range tags {
		keys[i] = tag.Key
		add(fieldTag, term(doc.Owner, tag.Key), asTerm)
		add(fieldLabel, term(doc.Owner, tag.Key, tag.Name), asTerm)
		add(fieldTagged, term(doc.Owner, tag.Key, key, doc.ID), asTerm)
	}
	if len(keys) > 0 {
		add(fieldTags, term(keys...), index.StoreField)
	}
	if len(doc.Foods) > 0 {
		add(fieldFoods, term(doc.Foods...), index.StoreField)
	}
	for _, food := range searchindex.DocumentFoods(doc) {
		add(fieldFood, term(doc.Owner, food), asTerm)
	}
	add(fieldSorted, searchindex.SortedOf(doc).String(), asColumn|index.StoreField)
	return out
}

// listedAs is the document's term in a listing.
func listedAs(doc searchindex.Document) string {
	return term(doc.Owner, wordfold.Key(doc.Name), doc.ID)
}

func encodeBody(version int64, name string) string {
	return string(binary.AppendUvarint(nil, uint64(version))) + name
}

var errBody = errors.New("stored document without a version")

func decodeBody(body []byte) (version int64, name string, err error) {
	v, n := binary.Uvarint(body)
	if n <= 0 {
		return 0, "", errBody
	}
	return int64(v), string(body[n:]), nil
}
