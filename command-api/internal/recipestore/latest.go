package recipestore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/tables"
)

// Page is a range of a user's rows in the ledger.
type Page struct {
	Latest []Entry // those of its rows that are the latest of their subject, by change number
	Rows   int64   // its number of rows; 0 at the end
	End    int64   // the last row's change number, to continue after
}

// LatestAfter returns the page of a user's rows after a change number. A user's changes are
// committed in the order of their numbers, so successive pages only miss what is written meanwhile.
func (s *Store) LatestAfter(ctx context.Context, user string, after int64, rows int) (Page, error) {
	var page Page
	err := s.pool.QueryRow(ctx, tables.LedgerPage, user, after, rows).Scan(&page.Rows, &page.End)
	if err != nil {
		return Page{}, fmt.Errorf("find the events of user %s after change %d: %w", user, after, err)
	}
	if page.Rows == 0 {
		return page, nil
	}
	if page.Latest, err = s.entries(ctx, tables.LatestBetween, user, after, page.End); err != nil {
		return Page{}, fmt.Errorf("read the events of user %s after change %d: %w", user, after, err)
	}
	return page, nil
}

// LastChange returns the change number of a user's last row, or 0 if there is none.
func (s *Store) LastChange(ctx context.Context, user string) (int64, error) {
	change, err := tables.New(s.pool).LastChangeOf(ctx, user)
	if err != nil {
		return 0, fmt.Errorf("find the last event of user %s: %w", user, err)
	}
	return change, nil
}

// LatestOf returns the last row of each given subject that has one, in no particular order.
func (s *Store) LatestOf(ctx context.Context, subjects []string) ([]Entry, error) {
	return s.lastOf(ctx, subjects, nil)
}

// lastOf returns, by subject, each subject's last row, up to a time if one is given.
func (s *Store) lastOf(ctx context.Context, subjects []string, until *time.Time) ([]Entry, error) {
	entries, err := s.entries(ctx, tables.LatestOfHash, subjects, until)
	found := make([]string, len(entries))
	for i, e := range entries {
		found[i] = e.Event.Subject
	}
	if rest := without(subjects, found); err == nil && len(rest) > 0 { // there is none, or another subject has its hash
		var more []Entry
		more, err = s.entries(ctx, tables.LatestOfSubject, rest, until)
		entries = append(entries, more...)
	}
	if err != nil {
		return nil, fmt.Errorf("read the last events of %d subjects: %w", len(subjects), err)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Compare(a.Event.Subject, b.Event.Subject) })
	return entries, nil
}

func (s *Store) entries(ctx context.Context, query string, args ...any) ([]Entry, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanPlaced)
}

// RecipesUntil returns the last event of each of a user's recipes up to a time, ordered by subject,
// after the given subject.
func (s *Store) RecipesUntil(ctx context.Context, user string, until time.Time, after string, rows int) ([]events.Envelope, error) {
	_, last, _ := events.RecipeOf(after)
	for {
		ids, err := tables.New(s.pool).RecipeIDsOf(ctx, tables.RecipeIDsOfParams{
			UserID: user, After: cmp.Or(last, uuid.Nil.String()), Most: int64(rows),
		})
		if err != nil {
			return nil, fmt.Errorf("list the recipes of user %s: %w", user, err)
		}
		if len(ids) == 0 {
			return nil, nil
		}
		last = ids[len(ids)-1]
		subjects := make([]string, len(ids))
		for i, id := range ids {
			subjects[i] = events.RecipeSubject(user, id)
		}
		entries, err := s.lastOf(ctx, subjects, &until)
		if err != nil {
			return nil, fmt.Errorf("read the recipes of user %s until %s: %w", user, until.Format(time.RFC3339), err)
		}
		if len(entries) == 0 {
			continue // all of them are newer
		}
		list := make([]events.Envelope, len(entries))
		for i, e := range entries {
			list[i] = e.Event
		}
		return list, nil
	}
}

// Known returns those of the given subjects that have rows in the ledger.
func (s *Store) Known(ctx context.Context, subjects []string) ([]string, error) {
	ask := tables.New(s.pool)
	known, err := ask.KnownByHash(ctx, subjects)
	if rest := without(subjects, known); err == nil && len(rest) > 0 {
		var more []string
		more, err = ask.KnownBySubject(ctx, rest)
		known = append(known, more...)
	}
	if err != nil {
		return nil, fmt.Errorf("look for %d subjects in the ledger: %w", len(subjects), err)
	}
	return known, nil
}

func without(subjects, found []string) []string {
	known := make(map[string]bool, len(found))
	for _, subject := range found {
		known[subject] = true
	}
	return slices.DeleteFunc(slices.Clone(subjects), func(subject string) bool { return known[subject] })
}

// CountEvents counts a user's rows, or all rows if user is "".
func (s *Store) CountEvents(ctx context.Context, user string) (int64, error) {
	n, err := s.count(ctx, user, (*tables.Queries).CountEvents, (*tables.Queries).CountEventsOf)
	if err != nil {
		return 0, fmt.Errorf("count the events of user %q: %w", user, err)
	}
	return n, nil
}

func scanPlaced(row pgx.CollectableRow) (Entry, error) {
	var (
		published, restored bool
		sequence            int64
	)
	e, err := scanEntryAnd(row, &published, &sequence, &restored)
	e.Published, e.Sequence, e.Restored = published, uint64(sequence), restored
	return e, err
}
