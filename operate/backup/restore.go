package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Errors of a restore that a person can fix. After any of them the database is unchanged.
var (
	ErrNotADump  = errors.New("this is no dump of larder")
	ErrDamaged   = errors.New("the dump is damaged or cut off")
	ErrNewerDump = errors.New("the dump was written by a later version of larder")
	ErrNotEmpty  = errors.New("the database isn't empty: a dump is restored into a new system")
)

const (
	restoreRows  = 500
	restoreBytes = 4 << 20
	// longestLine is far longer than any row: the limits of a recipe allow 1 MiB.
	longestLine = 64 << 20
)

// Restored is a restore's result.
type Restored struct {
	Rows   int64 `json:"rows"`
	Schema int64 `json:"schema"` // the dumped database's newest migration
}

// Restore fills an empty database from a dump of the same or an earlier schema, in one transaction.
// Recipe and account events are marked for publishing, since a new system's stream has none of
// them; grocery list requests aren't, since they were sent when made. progress gets the number of
// rows and may be nil.
func Restore(ctx context.Context, pool *pgxpool.Pool, from io.Reader, progress func(rows int64)) (Restored, error) {
	packed, err := gzip.NewReader(from)
	if err != nil {
		return Restored{}, fmt.Errorf("%w: %w", ErrNotADump, err)
	}
	r := &restorer{lines: bufio.NewScanner(packed), sum: sha256.New(), progress: progress}
	r.lines.Buffer(make([]byte, 1<<16), longestLine)
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return r.restore(ctx, tx) })
	if err != nil {
		return Restored{}, err
	}
	return Restored{Rows: r.rows, Schema: r.head.Schema}, nil
}

type restorer struct {
	lines    *bufio.Scanner
	sum      hash.Hash
	head     header
	rows     int64
	progress func(rows int64)

	table string // whose rows wait to be written
	wait  [][]byte
	size  int
}

func (r *restorer) restore(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil { // the context bounds it
		return fmt.Errorf("prepare the restore: %w", err)
	}
	if err := r.begin(ctx, tx); err != nil {
		return err
	}
	for {
		next, err := r.next()
		if err != nil {
			return err
		}
		if next.End {
			return r.finish(ctx, tx, next)
		}
		if next.Table != r.table || len(r.wait) >= restoreRows || r.size >= restoreBytes {
			if err := r.flush(ctx, tx); err != nil {
				return err
			}
		}
		r.table = next.Table
		r.wait, r.size = append(r.wait, bytes.Clone(next.Row)), r.size+len(next.Row)
	}
}

// begin reads the header, and checks that the database can accept the dump.
func (r *restorer) begin(ctx context.Context, tx pgx.Tx) error {
	if !r.lines.Scan() {
		return fmt.Errorf("%w: it has no header", ErrNotADump)
	}
	r.sum.Write(append(r.lines.Bytes(), '\n'))
	if err := json.Unmarshal(r.lines.Bytes(), &r.head); err != nil || r.head.Format != format {
		return fmt.Errorf("%w: its first line is no header", ErrNotADump)
	}
	var schema int64
	err := tx.QueryRow(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&schema)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if r.head.Version > formatVersion || r.head.Schema > schema {
		return fmt.Errorf("%w: format %d and schema %d, where this one knows %d and %d",
			ErrNewerDump, r.head.Version, r.head.Schema, formatVersion, schema)
	}
	for _, t := range tables() {
		var some bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+t.name+`)`).Scan(&some); err != nil {
			return fmt.Errorf("look into %s: %w", t.name, err)
		}
		if some {
			return fmt.Errorf("%w: %s has rows", ErrNotEmpty, t.name)
		}
	}
	return r.checkColumns(ctx, tx)
}

// checkColumns refuses unknown column names, since they become part of statements.
func (r *restorer) checkColumns(ctx context.Context, tx pgx.Tx) error {
	for _, t := range tables() {
		have, err := columns(ctx, tx, t.name)
		if err != nil {
			return err
		}
		for _, column := range r.head.Columns[t.name] {
			if !slices.Contains(have, column) {
				return fmt.Errorf("%w: %s has no column %q", ErrNotADump, t.name, column)
			}
		}
	}
	return nil
}

// next reads a line. The result is valid until the next call.
func (r *restorer) next() (line, error) {
	if !r.lines.Scan() {
		err := fmt.Errorf("%w: it ends after %d rows, without an end", ErrDamaged, r.rows+int64(len(r.wait)))
		return line{}, errors.Join(err, r.lines.Err())
	}
	var l line
	if err := json.Unmarshal(r.lines.Bytes(), &l); err != nil {
		return line{}, fmt.Errorf("%w: line %d: %w", ErrDamaged, r.rows+int64(len(r.wait))+2, err)
	}
	if !l.End {
		r.sum.Write(append(r.lines.Bytes(), '\n'))
	}
	if !l.End && !slices.ContainsFunc(tables(), func(t table) bool { return t.name == l.Table }) {
		return line{}, fmt.Errorf("%w: there is no table %q", ErrDamaged, l.Table)
	}
	return l, nil
}

func (r *restorer) flush(ctx context.Context, tx pgx.Tx) error {
	if len(r.wait) == 0 {
		return nil
	}
	// What the dump lacks gets this schema's default. This preserves a json value's bytes.
	names := list("", r.head.Columns[r.table])
	_, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO %[1]s (%[2]s) SELECT %[3]s FROM unnest($1::text[]) AS one(row),
		json_populate_record(NULL::%[1]s, one.row::json) AS r`, r.table, names, list("r.", r.head.Columns[r.table])), texts(r.wait))
	if err != nil {
		return fmt.Errorf("restore %d rows of %s: %w", len(r.wait), r.table, err)
	}
	r.rows += int64(len(r.wait))
	r.wait, r.size = nil, 0
	if r.progress != nil {
		r.progress(r.rows)
	}
	return nil
}

func texts(rows [][]byte) []string {
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = string(row)
	}
	return list
}

func (r *restorer) finish(ctx context.Context, tx pgx.Tx, end line) error {
	if err := r.flush(ctx, tx); err != nil {
		return err
	}
	if sum := hex.EncodeToString(r.sum.Sum(nil)); !strings.EqualFold(sum, end.SHA256) || r.rows != end.Rows {
		return fmt.Errorf("%w: %d rows with checksum %s, and its end says %d with %s", ErrDamaged, r.rows, sum, end.Rows, end.SHA256)
	}
	// Read to the end, to detect a wrong gzip checksum too.
	for r.lines.Scan() {
		return fmt.Errorf("%w: something comes after its end", ErrDamaged)
	}
	if err := r.lines.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := lift(ctx, tx, r.head.Schema); err != nil {
		return err
	}
	work := &pgx.Batch{}
	work.Queue(`SELECT setval('event_log_id_seq', greatest((SELECT max(id) FROM event_log), 1))`)
	work.Queue(`UPDATE event_log SET published_at = NULL, stream_sequence = NULL WHERE type <> 'grocery.requested'`)
	// No stream of this system has had them, and none should: 0 tells that to whoever fills a
	// stream.
	work.Queue(`UPDATE event_log SET stream_sequence = 0 WHERE type = 'grocery.requested' AND published_at IS NOT NULL`)
	if err := tx.SendBatch(ctx, work).Close(); err != nil {
		return fmt.Errorf("prepare the ledger for the relay: %w", err)
	}
	return nil
}
