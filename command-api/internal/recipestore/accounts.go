package recipestore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/internal/postgres"
	"larder.dev/internal/tables"
)

// ErrNameTaken means another user has the name, ignoring case.
var ErrNameTaken = errors.New("the name is taken")

// Account is an account and the epoch of the database it was read from: versions are only
// comparable within an epoch.
type Account struct {
	events.User
	Epoch int64
}

// UserByName returns the account with a folded name, or ErrNoUser.
func (s *Store) UserByName(ctx context.Context, nameKey string) (Account, error) {
	return s.user(ctx, tables.UserByName, nameKey)
}

// UserByID returns the account with an id, or ErrNoUser.
func (s *Store) UserByID(ctx context.Context, id string) (Account, error) {
	return s.user(ctx, tables.UserByID, id)
}

func (s *Store) user(ctx context.Context, query, arg string) (Account, error) {
	u, err := scanUser(s.pool.QueryRow(ctx, query, arg))
	if err != nil {
		return Account{}, fmt.Errorf("read a user: %w", err)
	}
	return u, nil
}

// Users returns all accounts, ordered by name.
func (s *Store) Users(ctx context.Context) ([]events.User, error) {
	rows, err := s.pool.Query(ctx, tables.Users)
	if err != nil {
		return nil, fmt.Errorf("list the users: %w", err)
	}
	users, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (events.User, error) {
		u, err := scanUser(row)
		return u.User, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the users: %w", err)
	}
	return users, nil
}

func scanUser(row pgx.Row) (Account, error) {
	var u Account
	err := row.Scan(&u.ID, &u.Name, &u.PasswordHash, &u.Admin, &u.Grocery, &u.Disabled, &u.Version, &u.CreatedAt, &u.UpdatedAt,
		&u.Epoch)
	u.CreatedAt, u.UpdatedAt = u.CreatedAt.UTC(), u.UpdatedAt.UTC()
	return u, ledger.NoUser(err)
}

// AddUser adds an account, its change number row and its event. It returns ErrNameTaken if another
// account has the folded name.
func (s *Store) AddUser(ctx context.Context, u events.User, nameKey string) error {
	event, err := userEvent(events.UserAdded, u)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{} // sent together, it is one transaction
	batch.Queue(tables.AddUser,
		u.ID, u.Name, nameKey, u.PasswordHash, u.Admin, u.Grocery, u.Disabled, u.Version, u.CreatedAt, u.UpdatedAt)
	batch.Queue(tables.AddUserChanges, u.ID)
	ledger.QueueEntry(batch, u.ID, entryOf(event), "", u.UpdatedAt)
	err = s.guarded(func() error { return s.pool.SendBatch(ctx, batch).Close() })
	switch {
	case postgres.Conflict(err, "users_name_key_key"):
		return ErrNameTaken
	case err != nil:
		return fmt.Errorf("add user %s: %w", u.ID, err)
	}
	s.hint()
	return nil
}

// ChangeUser changes an account under the user's lock and returns it. change receives its current
// state. If nothing changes, it writes nothing. It returns ErrNoUser if there is no such account.
func (s *Store) ChangeUser(ctx context.Context, id string, change func(*events.User)) (Account, error) {
	var before, after Account
	err := s.transact(ctx, id, lockUser(id, &before), func() (*pgx.Batch, error) {
		after = before
		change(&after.User)
		if after == before {
			return nil, nil
		}
		after.Version, after.UpdatedAt = before.Version+1, ledger.NotBefore(before.UpdatedAt)
		return changeUser(after.User)
	})
	if err != nil {
		return Account{}, fmt.Errorf("change user %s: %w", id, err)
	}
	if after != before {
		s.hint()
	}
	return after, nil
}

func lockUser(id string, u *Account) *pgx.Batch {
	batch := ledger.Begin()
	ledger.QueueLock(batch, id)
	batch.Queue(tables.UserByID, id).QueryRow(func(row pgx.Row) (err error) {
		*u, err = scanUser(row)
		return err
	})
	return batch
}

func changeUser(u events.User) (*pgx.Batch, error) {
	event, err := userEvent(events.UserChanged, u)
	if err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	var drawn int64
	ledger.QueueDraw(batch, u.ID, &drawn)
	batch.Queue(tables.ChangeUser, u.ID, u.PasswordHash, u.Admin, u.Grocery, u.Disabled, u.Version, u.UpdatedAt)
	ledger.QueueEntry(batch, u.ID, entryOf(event), "", u.UpdatedAt)
	return batch, nil
}

func userEvent(t events.Type, u events.User) (Event, error) {
	data, err := json.Marshal(u)
	if err != nil {
		return Event{}, fmt.Errorf("write the event of user %s: %w", u.ID, err)
	}
	return Event{Type: t, Subject: events.UserSubject(u.ID), Version: u.Version, Data: data}, nil
}
