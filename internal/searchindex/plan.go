package searchindex

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"larder.dev/internal/wordfold"
)

// MaxWords is the maximum number of distinct terms in a query. Longer queries are cut, so that no
// caller makes an index work for ever.
const MaxWords = 16

// Position is a document's place in the order of a query's hits. The zero Position precedes all.
type Position struct {
	Tier int
	Key  string // wordfold.Key of the name, or what another Order sorts by
	ID   string
}

// Compare orders positions as hits are ordered.
func (p Position) Compare(other Position) int {
	return cmp.Or(cmp.Compare(p.Tier, other.Tier), strings.Compare(p.Key, other.Key), strings.Compare(p.ID, other.ID))
}

// Plan is a query ready for an index to answer: folded, bounded, its cursor parsed.
type Plan struct {
	Owner string
	Terms []Term // distinct; none matches every document
	Filter
	Order Order
	Limit int      // at least 1
	After Position // the page begins after this position
	Names bool     // whether hits have their names
	Cost  Cost     // every field is set
}

// Plan folds and checks a query. It returns ErrBadCursor for another query's cursor or an invalid
// one.
func (q Query) Plan() (Plan, error) {
	plan := Plan{
		Owner: q.Owner, Terms: Terms(q.Text), Filter: q.filter(), Order: q.Order, Limit: q.Limit, Names: q.Names, Cost: q.Cost.orDefault(),
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

// TagKey returns a tag's form for comparison: folded like a name, or unchanged if folding leaves
// nothing. It is "" for a blank tag.
func TagKey(tag string) string {
	if key := wordfold.Key(tag); key != "" {
		return key
	}
	return strings.Map(dropControl, strings.TrimSpace(tag))
}

// TagKeys returns the distinct keys of tags, without blanks.
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

// Validate returns ErrBadDocument, naming the field, for a document that can't be indexed: its
// owner or id is missing or contains control characters or invalid UTF-8, or its version isn't
// positive. Any name and tags are valid.
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

// IsName reports whether a string can be a document's owner or id. Other strings find nothing; an
// index may join the two with control characters.
func IsName(s string) bool {
	return s != "" && len(s) <= maxNameBytes && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
