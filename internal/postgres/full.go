package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/fulldisk"
)

// diskFull is Postgres' code where a file can't grow.
const diskFull = "53100"

// DiskFull tells whether the server refused because its disk has no room. What it is asked to read it reads still.
func DiskFull(err error) bool { return Code(err) == diskFull }

// fullTracer sees the end of every statement of a pool, and keeps which of them had no room.
type fullTracer struct{ mark *fulldisk.Mark }

func (f fullTracer) note(err error) {
	if DiskFull(err) {
		f.mark.Note(fmt.Errorf("%w: %w", fulldisk.Err, err))
	}
}

// TraceQueryStart and the other starts are pgx's.
func (f fullTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd is pgx's.
func (f fullTracer) TraceQueryEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	f.note(data.Err)
}

func (f fullTracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (f fullTracer) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	f.note(data.Err)
}

func (f fullTracer) TraceBatchEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchEndData) {
	f.note(data.Err)
}

func (f fullTracer) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceCopyFromStartData) context.Context {
	return ctx
}

func (f fullTracer) TraceCopyFromEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceCopyFromEndData) {
	f.note(data.Err)
}

// tryRoom has the server write beside its tables: what is too large for the memory of a statement goes to a temporary file. It
// needs no rights, changes nothing, and works on a copy that takes no writes.
const tryRoom = `WITH filler AS MATERIALIZED (SELECT repeat('x', 8000) AS x FROM generate_series(1, $1::int))
	SELECT count(x) FROM filler`

// Amounts of room in rows of tryRoom. A server that was full has to have as much as the next piece of its log takes, 16 MB; to
// find out whether one is full less will do.
const (
	enoughRoom = 2100
	someRoom   = 100
)

// Room gives an error that is a fulldisk.Err where the server has no room on its disk to go on with.
func Room(ctx context.Context, pool *pgxpool.Pool) error { return room(ctx, pool, enoughRoom) }

// SomeRoom gives an error that is a fulldisk.Err where the server's disk is full.
func SomeRoom(ctx context.Context, pool *pgxpool.Pool) error { return room(ctx, pool, someRoom) }

func room(ctx context.Context, pool *pgxpool.Pool, rows int) error {
	err := pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL work_mem = '64kB'"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, tryRoom, rows)
		return err
	})
	switch {
	case err == nil:
		return nil
	case DiskFull(err):
		return fmt.Errorf("%w: %w", fulldisk.Err, err)
	default:
		return fmt.Errorf("look for room: %w", err)
	}
}
