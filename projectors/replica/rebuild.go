package replica

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/projectors"
)

// ledgerTable is the table whose rows a rebuild adds to rather than replaces.
const ledgerTable = "event_log"

// ledgerColumns are the ledger's columns except its filler.
const ledgerColumns = `id, event_id, user_id, type, schema_version, subject, version, change, time, traceparent, data,
	published_at, stream_sequence`

// queueDrop removes a rebuild's tables. Their schema belongs to the database's owner and stays.
func queueDrop(work *pgx.Batch) {
	for _, table := range userTables {
		if table.filled {
			work.Queue(`DROP TABLE IF EXISTS ` + string(staging) + table.name)
		}
	}
}

// target is a rebuild into tables of the same shape in a separate schema.
type target struct{ pool *pgxpool.Pool }

// Rebuild implements projectors.Projection.
func (p *Projection) Rebuild(ctx context.Context) (projectors.Target, error) {
	work := &pgx.Batch{}
	queueDrop(work) // left by a rebuild that was killed
	for _, table := range userTables {
		if table.filled {
			// Unlogged: if a crash loses a rebuild, it is restarted anyway.
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
	_, err := write(ctx, t.pool, staging, batch)
	return err
}

// Commit implements projectors.Target. Readers see the old rows until the transaction ends, then
// the new ones. The tables and their indexes keep their names, which migrations rely on.
func (t *target) Commit(ctx context.Context) error {
	work := &pgx.Batch{}
	work.Queue(`SET LOCAL statement_timeout = 0`) // the context limits it
	for _, table := range userTables {
		if table.filled && table.name != ledgerTable {
			work.Queue(`DELETE FROM ` + table.name)
			work.Queue(`INSERT INTO ` + table.name + ` TABLE ` + string(staging) + table.name)
		}
	}
	// A rebuild reads the last message of each subject, so keep the ledger's older rows of all
	// users that the stream knows.
	work.Queue(`DELETE FROM event_log have WHERE NOT EXISTS
		(SELECT FROM ` + string(staging) + `event_log new WHERE new.user_id = have.user_id)`)
	work.Queue(`DELETE FROM event_log have USING ` + string(staging) + `event_log gone
		WHERE gone.user_id = have.user_id AND gone.type = 'user.deleted' AND have.event_id <> gone.event_id`)
	// Forgotten recipes are inserted again without text; delete their earlier rows.
	work.Queue(`DELETE FROM event_log have USING ` + string(staging) + `event_log gone
		WHERE gone.type = 'recipe.deleted' AND gone.data ->> 'name' = '' AND have.subject = gone.subject
			AND hashtextextended(have.subject, 0) = hashtextextended(gone.subject, 0) AND have.version <= gone.version`)
	work.Queue(`DELETE FROM event_log have USING ` + string(staging) + `event_log gone
		WHERE gone.type = 'grocery.requested' AND gone.data -> 'recipe' ->> 'name' = '' AND have.event_id = gone.event_id`)
	// Insert a new filler: the old one, if already packed, would keep the new row from being
	// packed.
	work.Queue(`INSERT INTO event_log (` + ledgerColumns + `) SELECT ` + ledgerColumns + ` FROM ` + string(staging) + `event_log
		ON CONFLICT DO NOTHING`)
	queueDrop(work)
	err := pgx.BeginFunc(ctx, t.pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, work).Close() })
	if err != nil {
		return fmt.Errorf("put the rebuilt tables in place: %w", err)
	}
	return nil
}

// Abort implements projectors.Target.
func (t *target) Abort(ctx context.Context) error {
	work := &pgx.Batch{}
	queueDrop(work)
	if err := t.pool.SendBatch(ctx, work).Close(); err != nil {
		return fmt.Errorf("drop the tables of a rebuild: %w", err)
	}
	return nil
}
