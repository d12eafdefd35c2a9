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
)

// ofSubject finds a subject's rows through the index event_log_by_subject, on its hash and the
// version.
func ofSubject(table, subject string) string {
	return `hashtextextended(` + table + `.subject, 0) = hashtextextended(` + subject + `, 0) AND ` + table + `.subject = ` + subject
}

// rowColumns are the columns that latestColumns reads.
const rowColumns = `e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	e.published_at, e.stream_sequence`

const latestColumns = `e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	e.published_at IS NOT NULL, coalesce(e.stream_sequence, 0), ` + restored

// restored selects rows marked by a restore; see Entry.Restored.
const restored = `e.type = 'grocery.requested' AND e.stream_sequence IS NOT DISTINCT FROM 0`

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
			WHERE `+ofSubject("n", "e.subject")+` AND n.version >= e.version AND (n.version, n.id) > (e.version, e.id))
		ORDER BY e.change`, user, after, page.End)
	if err == nil {
		page.Latest, err = pgx.CollectRows(found, scanPlaced)
	}
	if err != nil {
		return Page{}, fmt.Errorf("read the events of user %s after change %d: %w", user, after, err)
	}
	return page, nil
}

// LastChange returns the change number of a user's last row, or 0 if there is none.
func (s *Store) LastChange(ctx context.Context, user string) (int64, error) {
	var change int64
	err := s.pool.QueryRow(ctx, `SELECT coalesce(max(change), 0) FROM event_log WHERE user_id = $1`, user).Scan(&change)
	if err != nil {
		return 0, fmt.Errorf("find the last event of user %s: %w", user, err)
	}
	return change, nil
}

// LatestOf returns the last row of each given subject that has one, in no particular order.
func (s *Store) LatestOf(ctx context.Context, subjects []string) ([]Entry, error) {
	return s.lastOf(ctx, subjects, ``)
}

// The last row under a subject's hash belongs to the subject, unless another subject has the same
// hash. The planner assumes few rows per subject and would sort them; the range, which is a single
// hash, and ordering by the index keep it from reading every version of a recipe.
const lastOfHash = `SELECT ` + rowColumns + ` FROM event_log e WHERE hashtextextended(e.subject, 0)
		BETWEEN hashtextextended(asked.subject, 0) AND hashtextextended(asked.subject, 0)%s
	ORDER BY hashtextextended(e.subject, 0) DESC, e.version DESC, e.id DESC LIMIT 1`

// lastOf returns, by subject, each subject's last row for which a condition on e holds.
func (s *Store) lastOf(ctx context.Context, subjects []string, condition string, args ...any) ([]Entry, error) {
	entries, err := s.lateral(ctx, subjects, fmt.Sprintf(lastOfHash, condition), args)
	found := make([]string, len(entries))
	for i, e := range entries {
		found[i] = e.Event.Subject
	}
	if rest := without(subjects, found); err == nil && len(rest) > 0 { // there is none, or another subject has its hash
		var more []Entry
		more, err = s.lateral(ctx, rest, `SELECT `+rowColumns+` FROM event_log e WHERE `+ofSubject("e", "asked.subject")+condition+`
			ORDER BY e.version DESC, e.id DESC LIMIT 1`, args)
		entries = append(entries, more...)
	}
	if err != nil {
		return nil, fmt.Errorf("read the last events of %d subjects: %w", len(subjects), err)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Compare(a.Event.Subject, b.Event.Subject) })
	return entries, nil
}

// lateral runs a query per subject, available as asked.subject, and returns the rows of that
// subject.
func (s *Store) lateral(ctx context.Context, subjects []string, each string, args []any) ([]Entry, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+latestColumns+`
		FROM (SELECT DISTINCT unnest($1::text[]) AS subject) AS asked CROSS JOIN LATERAL (`+each+`) AS e
		WHERE e.subject = asked.subject`, append([]any{subjects}, args...)...)
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
		ids, err := s.recipesAfter(ctx, user, cmp.Or(last, uuid.Nil.String()), rows)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		last = ids[len(ids)-1]
		subjects := make([]string, len(ids))
		for i, id := range ids {
			subjects[i] = events.RecipeSubject(user, id)
		}
		entries, err := s.lastOf(ctx, subjects, ` AND e.time <= $2`, until)
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

// recipesAfter returns the ids of a user's recipes after one, including deleted ones.
func (s *Store) recipesAfter(ctx context.Context, user, after string, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT id::text FROM recipes WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3`, user, after, limit)
	var ids []string
	if err == nil {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		return nil, fmt.Errorf("list the recipes of user %s: %w", user, err)
	}
	return ids, nil
}

// Known returns those of the given subjects that have rows in the ledger.
func (s *Store) Known(ctx context.Context, subjects []string) ([]string, error) {
	known, err := s.subjects(ctx, `SELECT asked.subject FROM unnest($1::text[]) AS asked(subject)
		CROSS JOIN LATERAL (`+fmt.Sprintf(lastOfHash, "")+`) AS e WHERE e.subject = asked.subject`, subjects)
	if rest := without(subjects, known); err == nil && len(rest) > 0 {
		var more []string
		more, err = s.subjects(ctx, `SELECT asked.subject FROM unnest($1::text[]) AS asked(subject)
			WHERE EXISTS (SELECT FROM event_log e WHERE `+ofSubject("e", "asked.subject")+`)`, rest)
		known = append(known, more...)
	}
	if err != nil {
		return nil, fmt.Errorf("look for %d subjects in the ledger: %w", len(subjects), err)
	}
	return known, nil
}

func (s *Store) subjects(ctx context.Context, query string, subjects []string) ([]string, error) {
	rows, err := s.pool.Query(ctx, query, subjects)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
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
	n, err := s.count(ctx, `SELECT count(*) FROM event_log WHERE true`, user)
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
