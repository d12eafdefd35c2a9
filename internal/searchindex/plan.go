package searchindex

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"larder.dev/internal/wordfold"
)

// MaxWords is the number of different terms of a query that are looked at. A
// query with more is cut, so that no caller makes an index work for ever.
const MaxWords = 16

// Position is the place of a document in the order of the hits of a query.
// The zero Position is before all of them.
type Position struct {
	Tier int
	Key  string // wordfold.Key of the name
	ID   string
}

// Compare orders positions as hits are ordered.
func (p Position) Compare(other Position) int {
	return cmp.Or(cmp.Compare(p.Tier, other.Tier), strings.Compare(p.Key, other.Key), strings.Compare(p.ID, other.ID))
}

// Plan is a query in the form in which an index answers it: folded, bounded,
// the cursor read.
type Plan struct {
	Owner string
	Terms []Term   // without repetitions; none asks for every document
	Tags  []string // TagKeys of the tags, sorted: a document must have all
	Limit int      // at least 1
	After Position // the page begins after this position
	Names bool     // whether hits have their names
	Cost  Cost     // every field is set
}

// Plan folds and checks a query. It returns ErrBadCursor for a cursor that
// belongs to another query or is none at all.
func (q Query) Plan() (Plan, error) {
	plan := Plan{
		Owner: q.Owner, Terms: Terms(q.Text), Tags: slices.Sorted(slices.Values(TagKeys(q.Tags))), Limit: q.Limit, Names: q.Names,
		Cost: q.Cost.orDefault(),
	}
	if plan.Limit <= 0 {
		plan.Limit = DefaultLimit
	}
	if q.Cursor == "" {
		return plan, nil
	}
	after, err := plan.decodeCursor(q.Cursor)
	if err != nil {
		return Plan{}, err
	}
	plan.After = after
	return plan, nil
}

// TagKey returns the form in which tags are compared: folded like a name, or
// as it stands where nothing would be left of it. It is "" for a blank tag.
func TagKey(tag string) string {
	if key := wordfold.Key(tag); key != "" {
		return key
	}
	return strings.Map(dropControl, strings.TrimSpace(tag))
}

// TagKeys returns the keys of tags without blanks and repetitions.
func TagKeys(tags []string) []string {
	var keys []string
	for _, tag := range tagsOf(tags) {
		keys = append(keys, tag.key)
	}
	return keys
}

// dropControl keeps the separators of composed index terms out of their parts.
func dropControl(r rune) rune {
	if unicode.IsControl(r) || r == utf8.RuneError {
		return -1
	}
	return r
}

// Validate returns ErrBadDocument, naming the field, for a document that can't
// be indexed: the owner or the id is missing or has control characters or
// invalid UTF-8, or the version is not positive. Any name and any tags will do.
func (d Document) Validate() error {
	if !IsName(d.Owner) {
		return fmt.Errorf("%w: owner %q", ErrBadDocument, d.Owner)
	}
	if !IsName(d.ID) {
		return fmt.Errorf("%w: id %q of owner %q", ErrBadDocument, d.ID, d.Owner)
	}
	if d.Version < 1 {
		return fmt.Errorf("%w: version %d of %q of owner %q", ErrBadDocument, d.Version, d.ID, d.Owner)
	}
	return nil
}

// maxNameBytes leaves room for owner, key and id in one index term.
const maxNameBytes = 256

// IsName reports whether an owner or an id can be one of a document. Nothing is
// found under other names; an index may join the two with control characters.
func IsName(s string) bool {
	return s != "" && len(s) <= maxNameBytes && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
