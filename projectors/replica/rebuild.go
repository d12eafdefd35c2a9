package replica

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/projectors"
)

const dropStaging = `DROP SCHEMA IF EXISTS larder_rebuild CASCADE`

// target is a rebuild into tables of the same shape in a schema of their own.
type target struct{ pool *pgxpool.Pool }

// Rebuild implements projectors.Projection.
func (p *Projection) Rebuild(ctx context.Context) (projectors.Target, error) {
	work := &pgx.Batch{}
	work.Queue(dropStaging) // of a rebuild that was killed
	work.Queue(`CREATE SCHEMA larder_rebuild`)
	for _, table := range userTables {
		if table.filled {
			// Unlogged: what a crash takes of a rebuild is begun again anyway.
			work.Queue(`CREATE UNLOGGED TABLE ` + string(staging) + table.name + ` (LIKE ` + table.name + ` INCLUDING ALL)`)
		}
	}
	if err := p.pool.SendBatch(ctx, work).Close(); err != nil {
		return nil, fmt.Errorf("make the tables of a rebuild: %w", err)
	}
	return &target{pool: p.pool}, nil
}

// Apply implements projectors.Target.
func (t *target) Apply(ctx context.Context, batch []projectors.Event) error {
	return write(ctx, t.pool, staging, batch)
}

// Commit implements projectors.Target. Readers see the old rows until the transaction ends, and then the
// new ones. The tables themselves stay, with their names and those of their indexes, which migrations rely on.
func (t *target) Commit(ctx context.Context) error {
	work := &pgx.Batch{}
	work.Queue(`SET LOCAL statement_timeout = 0`) // the context bounds it
	for _, table := range userTables {
		if table.filled {
			work.Queue(`DELETE FROM ` + table.name)
			work.Queue(`INSERT INTO ` + table.name + ` TABLE ` + string(staging) + table.name)
		}
	}
	work.Queue(dropStaging)
	err := pgx.BeginFunc(ctx, t.pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, work).Close() })
	if err != nil {
		return fmt.Errorf("put the rebuilt tables in place: %w", err)
	}
	return nil
}

// Abort implements projectors.Target.
func (t *target) Abort(ctx context.Context) error {
	if _, err := t.pool.Exec(ctx, dropStaging); err != nil {
		return fmt.Errorf("drop the tables of a rebuild: %w", err)
	}
	return nil
}
