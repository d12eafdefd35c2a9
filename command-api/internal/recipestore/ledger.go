package recipestore

import (
	"context"
	"fmt"
	"time"

	"larder.dev/events"
	"larder.dev/internal/tables"
)

// Entry is one row of the ledger.
type Entry struct {
	ID    int64
	Event events.Envelope

	// Publication state; set by LatestAfter and LatestOf.
	Published bool
	Sequence  uint64 // in the stream; 0 if unknown
	// Restored marks a grocery request sent before the ledger was restored from a dump: no stream
	// has it, and it must not be sent again.
	Restored bool
}

// Unpublished returns the next rows that no stream has, by id: at most limit, fewer if their data
// exceeds maxBytes. It omits the ids being published.
//
// Rows that have a place in the stream are to be published again, without the text they had there:
// see Forget.
//
// It never uses "id > cursor". An id is drawn before its transaction commits, so a cursor would
// skip a row committed late, which would then never be published.
func (s *Store) Unpublished(ctx context.Context, underWay []int64, limit, maxBytes int) ([]Entry, error) {
	rows, err := s.pool.Query(ctx, tables.Unpublished, underWay, limit)
	if err != nil {
		return nil, fmt.Errorf("read the unpublished events: %w", err)
	}
	defer rows.Close()
	var entries []Entry
	for size := 0; size < maxBytes && rows.Next(); {
		var again bool
		e, err := scanEntryAnd(rows, &again)
		if err != nil {
			return nil, fmt.Errorf("read an unpublished event: %w", err)
		}
		e.Event.Again = again
		entries = append(entries, e)
		size += len(e.Event.Data)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the unpublished events: %w", err)
	}
	return entries, nil
}

// MarkPublished records the rows' sequences in the stream. It skips rows deleted with their user
// meanwhile.
func (s *Store) MarkPublished(ctx context.Context, ids []int64, sequences []uint64) error {
	places := make([]int64, len(sequences))
	for i, sequence := range sequences {
		places[i] = int64(sequence)
	}
	now := Now()
	err := tables.New(s.pool).MarkPublished(ctx, tables.MarkPublishedParams{At: &now, Ids: ids, Sequences: places})
	if err != nil {
		return fmt.Errorf("mark %d events from %d on as published: %w", len(ids), ids[0], err)
	}
	return nil
}

// Backlog is what the stream doesn't have yet.
type Backlog struct {
	Events      int64
	First, Last int64     // ids of those that the stream never had; 0 if there are none
	Oldest      time.Time // creation time of the first, by its creator's clock; zero if there are none
}

// Backlog counts the unpublished events.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	var (
		b      Backlog
		oldest *time.Time
	)
	err := s.pool.QueryRow(ctx, tables.Backlog).Scan(&b.Events, &b.First, &b.Last, &oldest)
	if err != nil {
		return Backlog{}, fmt.Errorf("count the unpublished events: %w", err)
	}
	if oldest != nil {
		b.Oldest = *oldest
	}
	return b, nil
}

// UnpublishedOf counts a user's unpublished events.
func (s *Store) UnpublishedOf(ctx context.Context, user string) (int64, error) {
	n, err := tables.New(s.pool).UnpublishedOf(ctx, user)
	if err != nil {
		return 0, fmt.Errorf("count the unpublished events of user %s: %w", user, err)
	}
	return n, nil
}
