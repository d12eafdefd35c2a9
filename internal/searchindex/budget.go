package searchindex

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrTooCostly reports a query that an index would work at for longer than one person's query may take. Fewer or longer
// words cost less.
var ErrTooCostly = errors.New("searchindex: the query costs too much")

// What one query may cost. An owner of 100,000 documents who asks for a whole sentence stays far below: only names
// that are made for it have so many words of one beginning.
const (
	maxTime      = 1500 * time.Millisecond
	maxWords     = 100_000
	maxDocuments = 2_000_000
)

// Cost is what a query may cost at most. Where a field is zero it is that of DefaultCost.
type Cost struct {
	Time time.Duration // of the index, for which a core is at work
	// Words are those of names that are compared with the query's, Documents those that are looked at, each once for each
	// word that it is found by. An engine that doesn't count them goes by the time alone.
	Words, Documents int
}

// DefaultCost is what one person's query may cost.
func DefaultCost() Cost { return Cost{Time: maxTime, Words: maxWords, Documents: maxDocuments} }

func (c Cost) orDefault() Cost {
	usual := DefaultCost()
	return Cost{
		Time: cmp.Or(c.Time, usual.Time), Words: cmp.Or(c.Words, usual.Words), Documents: cmp.Or(c.Documents, usual.Documents),
	}
}

// Bounded gives a context that ends after the time of a query. Explain tells that from an end of the caller's.
func (c Cost) Bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	c = c.orDefault()
	return context.WithTimeoutCause(ctx, c.Time, fmt.Errorf("%w: it takes longer than %s", ErrTooCostly, c.Time))
}

// Explain gives ErrTooCostly for an error of a query that was cut off by Cost.Bounded.
func Explain(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), ErrTooCostly) {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}

// Budget is what is left to one query.
type Budget struct{ may, spent Cost }

// Budget gives that of a query.
func (c Cost) Budget() *Budget { return &Budget{may: c.orDefault()} }

// Word takes one word of a name off the budget. The error is ErrTooCostly.
func (b *Budget) Word() error {
	b.spent.Words++
	if b.spent.Words > b.may.Words {
		return fmt.Errorf("%w: it begins like more than %d words", ErrTooCostly, b.may.Words)
	}
	return nil
}

// Document takes one document off the budget. The error is ErrTooCostly.
func (b *Budget) Document() error {
	b.spent.Documents++
	if b.spent.Documents > b.may.Documents {
		return fmt.Errorf("%w: it looks at more than %d documents", ErrTooCostly, b.may.Documents)
	}
	return nil
}
