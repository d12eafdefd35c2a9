package replica

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/ledger"
	"larder.dev/projectors"
)

// ledgerTable is the one whose rows a rebuild adds to, and doesn't replace.
const ledgerTable = "event_log"

// ledgerColumns are those of the ledger, but for its filler.
const ledgerColumns = `id, event_id, user_id, type, schema_version, subject, version, change, time, traceparent, data,
	published_at, stream_sequence`

// queueDrop removes the tables of a rebuild. Their schema is the owner's of the database, and stays.
func queueDrop(work *pgx.Batch) {
	for _, table := range userTables {
		if table.filled {
			work.Queue(`DROP TABLE IF EXISTS ` + string(staging) + table.name)
		}
	}
}

// target is a rebuild into tables of the same shape in a schema of their own.
type target struct{ pool *pgxpool.Pool }

// Rebuild implements projectors.Projection.
func (p *Projection) Rebuild(ctx context.Context) (projectors.Target, error) {
	work := &pgx.Batch{}
	queueDrop(work) // those of a rebuild that was killed
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
	_, err := write(ctx, t.pool, staging, batch)
	return err
}

// Commit implements projectors.Target. Readers see the old rows until the transaction ends, and then the
// new ones. The tables themselves stay, with their names and those of their indexes, which migrations rely on.
func (t *target) Commit(ctx context.Context) error {
	work := &pgx.Batch{}
	work.Queue(`SET LOCAL statement_timeout = 0`) // the context bounds it
	for _, table := range userTables {
		if table.filled && table.name != ledgerTable {
			work.Queue(`DELETE FROM ` + table.name)
			work.Queue(`INSERT INTO ` + table.name + ` TABLE ` + string(staging) + table.name)
		}
	}
	// A rebuild reads the last message of each subject, so the ledger keeps the older rows that it has, of all
	// users whom the stream knows.
	work.Queue(`DELETE FROM event_log have WHERE NOT EXISTS
		(SELECT FROM ` + string(staging) + `event_log new WHERE new.user_id = have.user_id)`)
	work.Queue(`DELETE FROM event_log have USING ` + string(staging) + `event_log gone
		WHERE gone.user_id = have.user_id AND gone.type = 'user.deleted' AND have.event_id <> gone.event_id`)
	// What is forgotten comes anew without its text, and what was before it goes.
	work.Queue(`DELETE FROM event_log have USING ` + string(staging) + `event_log gone
		WHERE ` + ledger.Forgotten("gone") + ` AND have.subject = gone.subject
			AND hashtextextended(have.subject, 0) = hashtextextended(gone.subject, 0) AND have.version <= gone.version`)
	work.Queue(`DELETE FROM event_log have USING ` + string(staging) + `event_log gone
		WHERE gone.type = 'grocery.requested' AND gone.data -> 'recipe' ->> 'name' = '' AND have.event_id = gone.event_id`)
	// The filler comes anew: one that is packed already would keep the new row from being packed.
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
