package topology

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/postgres"
)

// Role is what a database takes itself for.
type Role string

// The roles. Unset is that of both before the first failover.
const (
	Unset     Role = ""
	Primary   Role = "primary"
	Standby   Role = "standby"   // filled by the replica
	Promoting Role = "promoting" // about to be the primary
	Fenced    Role = "fenced"    // was the primary, and may have what no other has
)

// idGap keeps the numbers of a new primary's ledger from those that the old one gave and nobody else saw.
const idGap = 1_000_000

const (
	undefinedTable = "42P01"
	lockTimeout    = `SET LOCAL lock_timeout = '5s'`
)

// ReadRole gives what a database takes itself for. One without the table was never part of a failover.
func ReadRole(ctx context.Context, pool *pgxpool.Pool) (epoch int64, role Role, err error) {
	err = pool.QueryRow(ctx, `SELECT epoch, role FROM epoch`).Scan(&epoch, &role)
	if postgres.Code(err) == undefinedTable {
		return 0, Unset, nil
	}
	if err != nil {
		return 0, Unset, fmt.Errorf("read the epoch: %w", err)
	}
	return epoch, role, nil
}

// DatabaseSource asks one of the two databases.
func DatabaseSource(side Side, pool *pgxpool.Pool) Source {
	return Source{
		Name:     "database " + string(side),
		Confirms: func(s State) bool { return s.Primary != side },
		Ask: func(ctx context.Context) (State, error) {
			epoch, role, err := ReadRole(ctx, pool)
			return stateOf(side, epoch, role), err
		},
	}
}

func stateOf(side Side, epoch int64, role Role) State {
	switch role {
	case Primary:
		return State{Epoch: epoch, Primary: side}
	case Standby:
		return State{Epoch: epoch, Primary: side.Other()}
	case Promoting:
		return State{Epoch: epoch, Primary: side, Switching: true}
	case Fenced:
		return State{Epoch: epoch, Primary: side.Other(), Switching: true}
	case Unset:
		return Initial()
	default:
		return Initial()
	}
}

// ErrNewerEpoch is the error of a step that is overtaken by a later failover.
var ErrNewerEpoch = errors.New("the database is in a newer epoch")

// SetRole makes a database what it is to be in an epoch. When it returns, every write that was let through before
// has ended: the exclusive lock waits for them.
func SetRole(ctx context.Context, pool *pgxpool.Pool, epoch int64, role Role) error {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockTimeout); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `LOCK TABLE epoch IN ACCESS EXCLUSIVE MODE`); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE epoch SET epoch = $1, role = $2 WHERE epoch <= $1`, epoch, string(role))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrNewerEpoch
		}
		if role == Primary {
			_, err = tx.Exec(ctx, `SELECT setval('event_log_id_seq',
				greatest((SELECT max(id) FROM event_log), (SELECT last_value FROM event_log_id_seq), 1) + $1)`, idGap)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("make the database %s in epoch %d: %w", role, epoch, err)
	}
	return nil
}
