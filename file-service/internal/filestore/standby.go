package filestore

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
	"larder.dev/internal/topology"
)

// agreeTimeout limits the check that the databases agree: one that is down doesn't answer.
const agreeTimeout = 3 * time.Second

// Standby is the database that may become primary. A nil Standby stands for none.
type Standby struct{ primary, pool *pgxpool.Pool }

// NewStandby returns a standby, or nil if there is none.
func NewStandby(primary, standby *pgxpool.Pool) *Standby {
	if standby == nil {
		return nil
	}
	return &Standby{primary: primary, pool: standby}
}

// Agree returns nil if neither database has anything unknown to the primary, otherwise
// topology.ErrDisagree: a failback may still bring a recipe that references what no row does now.
func (s *Standby) Agree(ctx context.Context) error {
	if s == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, agreeTimeout)
	defer cancel()
	return topology.Agree(ctx, s.primary, s.pool)
}

// Unnamed returns those hashes that the standby doesn't reference either: it may lag behind and
// still become the primary.
func (s *Standby) Unnamed(ctx context.Context, user string, hashes []string) ([]string, error) {
	if s == nil || len(hashes) == 0 {
		return hashes, nil
	}
	rows, err := s.pool.Query(ctx, tables.Unnamed, user, hashes, undoable())
	if err != nil {
		return nil, fmt.Errorf("ask the standby what user %s names: %w", user, err)
	}
	unnamed, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("ask the standby what user %s names: %w", user, err)
	}
	return unnamed, nil
}

// undoable is the time since when deleted recipes can be restored.
func undoable() time.Time { return time.Now().Add(-ledger.UndoTime - ledger.UndoMargin) }
