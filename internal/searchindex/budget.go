package searchindex

import (
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
	// MaxTime bounds the time of a query.
	MaxTime = 1500 * time.Millisecond
	// maxCandidates bounds the words of names that are compared with the query's.
	maxCandidates = 100_000
	// maxVisits bounds the documents that are looked at, each once for each word that it is found by.
	maxVisits = 2_000_000
)

// Budget is what is left to one query.
type Budget struct{ candidates, visits int }

// NewBudget gives the budget of a query.
func NewBudget() *Budget { return &Budget{candidates: maxCandidates, visits: maxVisits} }

// Candidate takes one word of a name off the budget. The error is ErrTooCostly.
func (b *Budget) Candidate() error {
	b.candidates--
	if b.candidates < 0 {
		return fmt.Errorf("%w: it begins like more than %d words", ErrTooCostly, maxCandidates)
	}
	return nil
}

// Visit takes one document off the budget. The error is ErrTooCostly.
func (b *Budget) Visit() error {
	b.visits--
	if b.visits < 0 {
		return fmt.Errorf("%w: it looks at more than %d documents", ErrTooCostly, maxVisits)
	}
	return nil
}

// tooLong is the cause of a context that ended since a query took longer than MaxTime.
var errTooLong = fmt.Errorf("%w: it takes longer than %s", ErrTooCostly, MaxTime)

// Bounded gives a context that ends after MaxTime. Explain tells that from an end of the caller's.
func Bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, MaxTime, errTooLong)
}

// Explain gives ErrTooCostly for an error of a query that was cut off by Bounded.
func Explain(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), ErrTooCostly) {
		return fmt.Errorf("%w: %w", ErrTooCostly, err)
	}
	return err
}
