package recipestore

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/tables"
)

// NextOwner returns the next user with rows in the ledger, in order of id, or "" at the end. Start
// with "".
func (s *Store) NextOwner(ctx context.Context, after string) (string, error) {
	found, err := tables.New(s.pool).NextOwner(ctx, cmp.Or(after, uuid.Nil.String()))
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
	rows, err := s.pool.Query(ctx, tables.Published, user, after, limit)
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
	n, err := s.count(ctx, user, (*tables.Queries).CountPublished, (*tables.Queries).CountPublishedOf)
	if err != nil {
		return 0, fmt.Errorf("count the published events of user %q: %w", user, err)
	}
	return n, nil
}

// count counts one user's rows, or all rows if user is "".
func (s *Store) count(
	ctx context.Context, user string,
	all func(*tables.Queries, context.Context) (int64, error), one func(*tables.Queries, context.Context, string) (int64, error),
) (int64, error) {
	if user == "" {
		return all(tables.New(s.pool), ctx)
	}
	return one(tables.New(s.pool), ctx, user)
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
