package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/fulldisk"
)

// diskFull is Postgres' code for a file that can't grow.
const diskFull = "53100"

// DiskFull reports whether the server refused because its disk is full. It still serves reads.
func DiskFull(err error) bool { return Code(err) == diskFull }

// fullTracer watches every statement of a pool, and records those that found the disk full.
type fullTracer struct{ mark *fulldisk.Mark }

func (f fullTracer) note(err error) {
	if DiskFull(err) {
		f.mark.Note(fmt.Errorf("%w: %w", fulldisk.Err, err))
	}
}

// TraceQueryStart and the other starts implement pgx's tracers.
func (f fullTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
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

// tryRoom makes the server write outside its tables: results too large for work_mem go to a
// temporary file. It needs no privileges, changes nothing, and works on a read-only standby.
const tryRoom = `WITH filler AS MATERIALIZED (SELECT repeat('x', 8000) AS x FROM generate_series(1, $1::int))
	SELECT count(x) FROM filler`

// Sizes to try, in rows of tryRoom. A server that was full needs as much as the next WAL segment,
// 16 MB; detecting a full disk takes less.
const (
	enoughRoom = 2100
	someRoom   = 100
)

// Room returns an error that is a fulldisk.Err if the server's disk lacks the space to continue.
func Room(ctx context.Context, pool *pgxpool.Pool) error { return room(ctx, pool, enoughRoom) }

// SomeRoom returns an error that is a fulldisk.Err if the server's disk is full.
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
