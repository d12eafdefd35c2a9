package recipestore

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"larder.dev/events"
)

// NextOwner returns the next user with rows in the ledger, in order of id, or "" at the end. Start
// with "".
func (s *Store) NextOwner(ctx context.Context, after string) (string, error) {
	rows, err := s.pool.Query(ctx, `SELECT user_id FROM event_log WHERE user_id > $1 ORDER BY user_id LIMIT 1`,
		cmp.Or(after, uuid.Nil.String()))
	if err != nil {
		return "", fmt.Errorf("find the user after %q in the ledger: %w", after, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", fmt.Errorf("find the user after %q in the ledger: %w", after, err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0], nil
}

// Published returns up to limit of a user's acknowledged rows after a change number, in that order,
// without Restored ones. A user's changes are committed in the order of their numbers. A row is
// Superseded if the ledger has a newer one of its subject, published or not.
func (s *Store) Published(ctx context.Context, user string, after int64, limit int) ([]Entry, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, event_id, type, schema_version, time, subject, version, change, traceparent, data,
			EXISTS (SELECT FROM event_log n WHERE `+ofSubject("n", "e.subject")+` AND n.version > e.version)
		FROM (SELECT id, event_id, type, schema_version, time, subject, version, change, traceparent, data
			FROM event_log e WHERE user_id = $1 AND change > $2 AND published_at IS NOT NULL AND NOT (`+restored+`)
			ORDER BY change LIMIT $3) AS e ORDER BY change`, user, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the events of user %s after %d: %w", user, after, err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		var superseded bool
		e, err := scanEntryAnd(row, &superseded)
		e.Event.Superseded = superseded
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the events of user %s after %d: %w", user, after, err)
	}
	return entries, nil
}

// CountPublished counts the rows that Published returns for a user, or for all if user is "".
func (s *Store) CountPublished(ctx context.Context, user string) (int64, error) {
	n, err := s.count(ctx, `SELECT count(*) FROM event_log e WHERE published_at IS NOT NULL AND NOT (`+restored+`)`, user)
	if err != nil {
		return 0, fmt.Errorf("count the published events of user %q: %w", user, err)
	}
	return n, nil
}

// count counts one user's rows, or all rows if user is "". It uses separate statements, so that
// each gets its own plan.
func (s *Store) count(ctx context.Context, query, user string) (n int64, err error) {
	if user == "" {
		err = s.pool.QueryRow(ctx, query).Scan(&n)
		return n, err
	}
	err = s.pool.QueryRow(ctx, query+` AND user_id = $1`, user).Scan(&n)
	return n, err
}

// scanEntryAnd scans an entry and further columns.
func scanEntryAnd(row pgx.CollectableRow, more ...any) (Entry, error) {
	e := Entry{Event: events.Envelope{Source: events.Source}}
	err := row.Scan(append([]any{
		&e.ID, &e.Event.ID, &e.Event.Type, &e.Event.SchemaVersion, &e.Event.Time, &e.Event.Subject,
		&e.Event.Version, &e.Event.Change, &e.Event.TraceParent, (*[]byte)(&e.Event.Data),
	}, more...)...)
	e.Event.Ledger = e.ID
	return e, err
}
