package searchindex

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrTooCostly reports a query that would take an index longer than one person's query may. Fewer
// or longer words cost less.
var ErrTooCostly = errors.New("searchindex: the query costs too much")

// Limits on one query. A whole-sentence query by an owner of 100,000 documents stays far below
// them: only contrived names have so many words with one prefix.
const (
	maxTime      = 1500 * time.Millisecond
	maxWords     = 100_000
	maxDocuments = 2_000_000
)

// Cost limits a query. A zero field means DefaultCost's.
type Cost struct {
	Time time.Duration // in the index, which occupies a core
	// Words are the name words compared with the query's, Documents those examined, counted once
	// per matching word. An engine that doesn't count them only limits the time.
	Words, Documents int
}

// DefaultCost is one person's limit per query.
func DefaultCost() Cost { return Cost{Time: maxTime, Words: maxWords, Documents: maxDocuments} }

func (c Cost) orDefault() Cost {
	usual := DefaultCost()
	return Cost{
		Time: cmp.Or(c.Time, usual.Time), Words: cmp.Or(c.Words, usual.Words), Documents: cmp.Or(c.Documents, usual.Documents),
	}
}

// Bounded returns a context that ends after the query's time. Explain distinguishes that from the
// caller's own end.
func (c Cost) Bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	c = c.orDefault()
	return context.WithTimeoutCause(ctx, c.Time, fmt.Errorf("%w: it takes longer than %s", ErrTooCostly, c.Time))
}

// Explain returns ErrTooCostly for the error of a query cut off by Cost.Bounded.
func Explain(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), ErrTooCostly) {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}

// Budget is what one query has left.
type Budget struct{ may, spent Cost }

// Budget returns a query's budget.
func (c Cost) Budget() *Budget { return &Budget{may: c.orDefault()} }

// Word charges one name word. The error is ErrTooCostly.
func (b *Budget) Word() error {
	b.spent.Words++
	if b.spent.Words > b.may.Words {
		return fmt.Errorf("%w: it begins like more than %d words", ErrTooCostly, b.may.Words)
	}
	return nil
}

// Document charges one document. The error is ErrTooCostly.
func (b *Budget) Document() error {
	b.spent.Documents++
	if b.spent.Documents > b.may.Documents {
		return fmt.Errorf("%w: it looks at more than %d documents", ErrTooCostly, b.may.Documents)
	}
	return nil
}
