// Package importstore keeps imports in the ledger: an import is nothing but its events. They are
// appended under the user's lock, and only behind the last event that the writer knew.
package importstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/events"
	"larder.dev/internal/bulkhead"
	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
)

// ErrMoved means that somebody else has appended to the import since it was read.
var ErrMoved = errors.New("the import has moved on")

// Step is one event of an import, read or to be appended.
type Step struct {
	Type events.Type
	Data events.Import

	// Of a step that was read: its place in the order of the import, from 1, and when it was appended.
	Version int64
	Time    time.Time
}

// Store is the primary database.
type Store struct {
	pool  *pgxpool.Pool
	turns *bulkhead.Bulkhead
	hint  func()
	may   func() error
}

// New returns a store. It calls hint after each commit, which must not block, and may before each
// commit and before it is relied on; an error means that this may not be the primary.
func New(pool *pgxpool.Pool, hint func(), may func() error) *Store {
	return &Store{pool: pool, turns: ledger.Turns(), hint: hint, may: may}
}

// Append is what to append to an import.
type Append struct {
	User, Import string
	After        int64 // the import's last version as far as the caller knows
	Steps        []Step
	TraceParent  string

	Key    *ledger.Key // nil if the caller sent none
	Answer ledger.Answer
}

// Append appends in one transaction. If the key was used before, it appends nothing and returns the
// first answer. The error is ErrMoved, ledger.ErrKeyReused, ledger.ErrNoUser, or the database's.
func (s *Store) Append(ctx context.Context, a Append) (answer ledger.Answer, replayed bool, err error) {
	var kept *ledger.Kept
	beside := s.Beside(a)
	opening := ledger.Begin()
	ledger.QueueLock(opening, a.User)
	if a.Key != nil {
		ledger.QueueKept(opening, a.User, a.Key.Value, &kept)
	}
	beside.Open(opening)
	answer = a.Answer
	err = s.guarded(ctx, a.User, func() error {
		return ledger.Transact(ctx, s.pool, opening, func() (*pgx.Batch, error) {
			if kept != nil {
				replayed = true
				var err error
				answer, err = kept.Replay(a.Key)
				return nil, err
			}
			batch := &pgx.Batch{}
			if err := beside.Close(batch); err != nil {
				return nil, err
			}
			if a.Key != nil {
				ledger.QueueKeep(batch, a.User, *a.Key, a.Answer, nil, ledger.Now())
			}
			return batch, nil
		})
	})
	if err != nil {
		return ledger.Answer{}, false, fmt.Errorf("append to import %s of user %s: %w", a.Import, a.User, err)
	}
	if !replayed {
		s.hint()
	}
	return answer, replayed, nil
}

// guarded runs a write in the user's turn, between two calls of may.
func (s *Store) guarded(ctx context.Context, user string, write func() error) error {
	leave, err := s.turns.Enter(ctx, user)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.may(); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	return s.may()
}

// Beside returns the same appending for the transaction of another component's write.
func (s *Store) Beside(a Append) ledger.Beside {
	var last int64
	subject := events.ImportSubject(a.User, a.Import)
	return ledger.Beside{
		Open: func(batch *pgx.Batch) {
			batch.Queue(tables.ImportVersion, subject).QueryRow(func(row pgx.Row) error { return row.Scan(&last) })
		},
		Close: func(batch *pgx.Batch) error {
			if last != a.After {
				return ErrMoved
			}
			now := ledger.Now()
			for n, step := range a.Steps {
				step.Data.ImportID = a.Import
				data, err := json.Marshal(orEmpty(step.Data))
				if err != nil {
					return fmt.Errorf("write %s: %w", step.Type, err)
				}
				var change int64
				ledger.QueueDraw(batch, a.User, &change)
				ledger.QueueEntry(batch, a.User, ledger.Entry{
					ID: ledger.NewID(), Type: string(step.Type), SchemaVersion: events.CurrentVersion(step.Type),
					Subject: subject, Version: a.After + int64(n) + 1, Data: data,
				}, a.TraceParent, now)
			}
			return nil
		},
	}
}

// orEmpty keeps missing lists from being written as null.
func orEmpty(i events.Import) events.Import {
	if i.Duplicates == nil {
		i.Duplicates = []string{}
	}
	if i.Kept == nil {
		i.Kept = []string{}
	}
	return i
}

// Steps returns an import's events after a version, oldest first.
func (s *Store) Steps(ctx context.Context, user, id string, after int64) ([]Step, error) {
	subject := events.ImportSubject(user, id)
	rows, err := tables.New(s.pool).ImportEvents(ctx, tables.ImportEventsParams{Subject: subject, After: after})
	if err != nil {
		return nil, fmt.Errorf("read import %s of user %s: %w", id, user, err)
	}
	steps := make([]Step, len(rows))
	for n, row := range rows {
		data, err := events.DecodeImport(events.Envelope{
			Type: events.Type(row.Type), SchemaVersion: int(row.SchemaVersion), Subject: subject, Data: row.Data,
		})
		if err != nil {
			return nil, fmt.Errorf("read import %s of user %s: %w", id, user, err)
		}
		steps[n] = Step{
			Type: events.Type(row.Type), Data: data, Version: row.Version, Time: row.Time,
		}
	}
	return steps, nil
}

// Page is a part of a user's imports, newest first.
type Page struct {
	IDs  []string
	Next int64 // where the next page begins; 0 for none
}

// List returns a user's imports that were requested before a change number; 0 for the newest.
func (s *Store) List(ctx context.Context, user string, before int64, most int) (Page, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := tables.New(s.pool).ImportSubjects(ctx, tables.ImportSubjectsParams{
		UserID: user, Before: before, Most: int32(most),
	})
	if err != nil {
		return Page{}, fmt.Errorf("list the imports of user %s: %w", user, err)
	}
	var page Page
	prefix := len(events.ImportSubject(user, ""))
	for _, row := range rows {
		page.IDs = append(page.IDs, row.Subject[prefix:])
		page.Next = row.Change
	}
	if len(rows) < most {
		page.Next = 0
	}
	return page, nil
}

// Names returns the names of those recipes that still exist.
func (s *Store) Names(ctx context.Context, user string, recipes []string) (map[string]string, error) {
	rows, err := tables.New(s.pool).NamesOf(ctx, tables.NamesOfParams{UserID: user, Column2: recipes})
	if err != nil {
		return nil, fmt.Errorf("name %d recipes of user %s: %w", len(recipes), user, err)
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, nil
}

// LastChange returns the number of a user's last change.
func (s *Store) LastChange(ctx context.Context, user string) (int64, error) {
	change, err := tables.New(s.pool).LastChange(ctx, user)
	if err != nil {
		return 0, fmt.Errorf("read the last change of user %s: %w", user, ledger.NoUser(err))
	}
	return change, nil
}
