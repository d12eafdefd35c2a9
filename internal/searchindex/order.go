package searchindex

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"larder.dev/internal/wordfold"
)

// Order is what a query's hits are sorted by. Documents that are equal in it are sorted by id.
type Order string

// The orders.
const (
	ByRelevance Order = ""        // by tier, then by name
	ByName      Order = "name"    // whatever the tier
	ByNewest    Order = "newest"  // the last created first
	ByChanged   Order = "changed" // the last updated first
	ByTime      Order = "time"    // the quickest first; those of unknown time last
	ByRating    Order = "rating"  // most stars first; those without any last
)

// Sorted holds the values that orders sort by, and filters that aren't about words. As a string, which an index may store, it has a fixed
// length of digits and letters.
type Sorted struct {
	Minutes          int
	Created, Updated time.Time
	Favourite        bool
	Rating           int
}

// On returns the document with these values.
func (s Sorted) On(doc Document) Document {
	doc.Minutes, doc.Created, doc.Updated, doc.Favourite, doc.Rating = s.Minutes, s.Created, s.Updated, s.Favourite, s.Rating
	return doc
}

// SortedOf returns a document's values.
func SortedOf(doc Document) Sorted {
	return Sorted{
		Minutes: min(max(doc.Minutes, 0), maxMinutes), Created: doc.Created, Updated: doc.Updated,
		Favourite: doc.Favourite, Rating: min(max(doc.Rating, 0), maxRating),
	}
}

const (
	minutesDigits = 4 // to base 36
	maxMinutes    = 36*36*36*36 - 1
	timeDigits    = 11 // microseconds of the years 1970 to 6000, to base 36
	markDigits    = 1  // twice the rating, and 1 for a favourite
	maxRating     = base/2 - 1
	sortedBytes   = minutesDigits + 2*timeDigits + markDigits
	base          = 36
)

func (s Sorted) String() string {
	return digits(int64(s.Minutes), minutesDigits) + digits(micros(s.Created), timeDigits) + digits(micros(s.Updated), timeDigits) +
		digits(s.mark(), markDigits)
}

func (s Sorted) mark() int64 {
	mark := 2 * int64(s.Rating)
	if s.Favourite {
		mark++
	}
	return mark
}

// ParseSorted parses what String returns.
func ParseSorted(text string) (Sorted, error) {
	if len(text) != sortedBytes {
		return Sorted{}, fmt.Errorf("sort values of %d bytes, not %d", len(text), sortedBytes)
	}
	var numbers [4]int64
	for i, width := range []int{minutesDigits, timeDigits, timeDigits, markDigits} {
		number, err := strconv.ParseInt(text[:width], base, 64)
		if err != nil {
			return Sorted{}, fmt.Errorf("sort values %q: %w", text, err)
		}
		numbers[i], text = number, text[width:]
	}
	return Sorted{
		Minutes: int(numbers[0]), Created: ofMicros(numbers[1]), Updated: ofMicros(numbers[2]),
		Favourite: numbers[3]%2 == 1, Rating: int(numbers[3] / 2),
	}, nil
}

// Key returns the position's key in an order that isn't by name.
func (s Sorted) Key(order Order) string {
	switch order {
	case ByNewest:
		return latestFirst(s.Created)
	case ByChanged:
		return latestFirst(s.Updated)
	case ByTime:
		if s.Minutes == 0 {
			return digits(maxMinutes, minutesDigits)
		}
		return digits(int64(s.Minutes), minutesDigits)
	case ByRating:
		return digits(int64(maxRating-s.Rating), markDigits)
	case ByRelevance, ByName:
	}
	return ""
}

// Named reports whether the order's keys are the folded names.
func (o Order) Named() bool { return o == ByRelevance || o == ByName }

// Known reports whether o is one of the orders.
func (o Order) Known() bool {
	switch o {
	case ByRelevance, ByName, ByNewest, ByChanged, ByTime, ByRating:
		return true
	}
	return false
}

// place returns a document's position in the order.
func (o Order) place(doc Document, tier int) Position {
	at := Position{Tier: tier, ID: doc.ID}
	if o.Named() {
		at.Key = wordfold.Key(doc.Name)
	} else {
		at.Key = SortedOf(doc).Key(o)
	}
	if o != ByRelevance {
		at.Tier = TierExact // the tier doesn't matter
	}
	return at
}

func latestFirst(t time.Time) string { return digits(maxMicros-micros(t), timeDigits) }

// maxMicros is the largest time that timeDigits can hold.
var maxMicros = int64(math.Pow(base, timeDigits)) - 1 //nolint:gochecknoglobals // a constant

// micros returns 0 for times before 1970, such as the zero time.
func micros(t time.Time) int64 { return min(max(t.UnixMicro(), 0), maxMicros) }

func ofMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func digits(n int64, width int) string {
	text := strconv.FormatInt(n, base)
	for len(text) < width {
		text = "0" + text
	}
	return text
}
