package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
)

const latestColumns = `e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	e.published_at IS NOT NULL, coalesce(e.stream_sequence, 0)`

// Page is a stretch of a user's rows of the ledger.
type Page struct {
	Latest []Entry // those of its rows that are the last of their subject, by change number
	Rows   int64   // how many rows it has; 0 behind the last
	End    int64   // the change number of the last of them, to go on behind
}

// LatestAfter gives the page of a user's rows behind a change number. A user's changes are committed in the order of
// their numbers, so pages one after the other leave nothing out but what is written meanwhile.
func (s *Store) LatestAfter(ctx context.Context, user string, after int64, rows int) (Page, error) {
	var page Page
	err := s.pool.QueryRow(ctx, `SELECT count(*), coalesce(max(change), 0) FROM (SELECT change FROM event_log
		WHERE user_id = $1 AND change > $2 ORDER BY change LIMIT $3) AS page`, user, after, rows).Scan(&page.Rows, &page.End)
	if err != nil {
		return Page{}, fmt.Errorf("find the events of user %s after change %d: %w", user, after, err)
	}
	if page.Rows == 0 {
		return page, nil
	}
	found, err := s.pool.Query(ctx, `SELECT `+latestColumns+` FROM event_log e
		WHERE e.user_id = $1 AND e.change > $2 AND e.change <= $3 AND NOT EXISTS (SELECT FROM event_log n
			WHERE n.subject = e.subject AND (n.version, n.id) > (e.version, e.id)) ORDER BY e.change`, user, after, page.End)
	if err == nil {
		page.Latest, err = pgx.CollectRows(found, scanPlaced)
	}
	if err != nil {
		return Page{}, fmt.Errorf("read the events of user %s after change %d: %w", user, after, err)
	}
	return page, nil
}

// LastChange gives the change number of a user's last row; 0 without one.
func (s *Store) LastChange(ctx context.Context, user string) (int64, error) {
	var change int64
	err := s.pool.QueryRow(ctx, `SELECT coalesce(max(change), 0) FROM event_log WHERE user_id = $1`, user).Scan(&change)
	if err != nil {
		return 0, fmt.Errorf("find the last event of user %s: %w", user, err)
	}
	return change, nil
}

// LatestOf gives the last row of each subject that has any, in no order.
func (s *Store) LatestOf(ctx context.Context, subjects []string) ([]Entry, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT ON (e.subject) `+latestColumns+` FROM event_log e
		WHERE e.subject = ANY($1) ORDER BY e.subject, e.version DESC, e.id DESC`, subjects)
	if err != nil {
		return nil, fmt.Errorf("read the last events of %d subjects: %w", len(subjects), err)
	}
	entries, err := pgx.CollectRows(rows, scanPlaced)
	if err != nil {
		return nil, fmt.Errorf("read the last events of %d subjects: %w", len(subjects), err)
	}
	return entries, nil
}

// RecipesUntil gives the last event until a time of each of a user's recipes, by subject, behind one.
func (s *Store) RecipesUntil(ctx context.Context, user string, until time.Time, after string, rows int) ([]events.Envelope, error) {
	found, err := s.pool.Query(ctx, `SELECT DISTINCT ON (e.subject) `+latestColumns+` FROM event_log e
		WHERE e.user_id = $1 AND e.subject > $2 AND e.type LIKE 'recipe.%' AND e.time <= $3
		ORDER BY e.subject, e.version DESC, e.id DESC LIMIT $4`, user, after, until, rows)
	var entries []Entry
	if err == nil {
		entries, err = pgx.CollectRows(found, scanPlaced)
	}
	if err != nil {
		return nil, fmt.Errorf("read the recipes of user %s until %s: %w", user, until.Format(time.RFC3339), err)
	}
	list := make([]events.Envelope, len(entries))
	for i, e := range entries {
		list[i] = e.Event
	}
	return list, nil
}

// Known gives those of the subjects that the ledger has a row of.
func (s *Store) Known(ctx context.Context, subjects []string) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT asked.subject FROM unnest($1::text[]) AS asked(subject)
		WHERE EXISTS (SELECT FROM event_log e WHERE e.subject = asked.subject)`, subjects)
	if err != nil {
		return nil, fmt.Errorf("look for %d subjects in the ledger: %w", len(subjects), err)
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look for %d subjects in the ledger: %w", len(subjects), err)
	}
	return known, nil
}

// CountEvents counts the rows of one user, or of all for "".
func (s *Store) CountEvents(ctx context.Context, user string) (int64, error) {
	var n int64
	err := s.pool.QueryRow(ctx, `SELECT count(*) FROM event_log WHERE $1 = '' OR user_id = nullif($1, '')::uuid`, user).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the events of user %q: %w", user, err)
	}
	return n, nil
}

func scanPlaced(row pgx.CollectableRow) (Entry, error) {
	var (
		published bool
		sequence  int64
	)
	e, err := scanEntryAnd(row, &published, &sequence)
	e.Published, e.Sequence = published, uint64(sequence)
	return e, err
}
