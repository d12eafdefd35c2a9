package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A dump is gzipped JSON lines: a header, one line per row in the order of tables(), and a trailer
// with the number of rows and the SHA-256 of all previous lines. Every value is in Postgres' JSON
// format, so that a later schema can read it by name.
const (
	format        = "larder-dump"
	formatVersion = 1
)

// header is the first line.
type header struct {
	Format  string              `json:"format"`
	Version int                 `json:"version"` // of the format
	Schema  int64               `json:"schema"`  // the database's newest migration
	Began   time.Time           `json:"began"`
	Columns map[string][]string `json:"columns"` // the rows' columns, by table
}

// line is any other line: a row of a table, or the trailer.
type line struct {
	Table  string          `json:"table,omitempty"`
	Row    json.RawMessage `json:"row,omitempty"`
	End    bool            `json:"end,omitempty"`
	Rows   int64           `json:"rows,omitempty"`
	SHA256 string          `json:"sha256,omitempty"`
}

// Dumped is a dump's result.
type Dumped struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of the uncompressed lines
}

// Dump writes a snapshot of the whole database. progress gets the number of rows, and may be nil.
func Dump(ctx context.Context, pool *pgxpool.Pool, to io.Writer, progress func(done, total int64)) (Dumped, error) {
	packed := gzip.NewWriter(to)
	d := &dumper{sum: sha256.New(), progress: progress}
	d.out = bufio.NewWriterSize(io.MultiWriter(packed, d.sum), 1<<16)
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, pool, snapshot, func(tx pgx.Tx) error { return d.write(ctx, tx) })
	if err != nil {
		return Dumped{}, err
	}
	if err := d.out.Flush(); err != nil {
		return Dumped{}, fmt.Errorf("write the dump: %w", err)
	}
	result := Dumped{Rows: d.rows, SHA256: hex.EncodeToString(d.sum.Sum(nil))}
	if err := d.line(line{End: true, Rows: result.Rows, SHA256: result.SHA256}); err != nil {
		return Dumped{}, err
	}
	if err := d.out.Flush(); err != nil {
		return Dumped{}, fmt.Errorf("write the dump: %w", err)
	}
	if err := packed.Close(); err != nil {
		return Dumped{}, fmt.Errorf("write the dump: %w", err)
	}
	return result, nil
}

type dumper struct {
	out         *bufio.Writer
	sum         hash.Hash
	rows, total int64
	progress    func(done, total int64)
}

func (d *dumper) write(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil { // the context bounds it
		return fmt.Errorf("prepare the dump: %w", err)
	}
	head := header{Format: format, Version: formatVersion, Began: time.Now().UTC(), Columns: map[string][]string{}}
	err := tx.QueryRow(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&head.Schema)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	for _, t := range tables() {
		if head.Columns[t.name], err = columns(ctx, tx, t.name); err != nil {
			return err
		}
		var n int64
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+t.name).Scan(&n); err != nil {
			return fmt.Errorf("count %s: %w", t.name, err)
		}
		d.total += n
	}
	if err := d.line(head); err != nil {
		return err
	}
	for _, t := range tables() {
		if err := d.table(ctx, tx, t, head.Columns[t.name]); err != nil {
			return fmt.Errorf("dump %s: %w", t.name, err)
		}
	}
	return nil
}

func (d *dumper) table(ctx context.Context, tx pgx.Tx, t table, columns []string) error {
	rows, err := tx.Query(ctx, `SELECT row_to_json(t)::text FROM
		(SELECT `+list("", columns)+` FROM `+t.name+` ORDER BY `+list("", t.key)+`) AS t`)
	if err != nil {
		return err
	}
	var row []byte
	_, err = pgx.ForEachRow(rows, []any{&row}, func() error {
		d.rows++
		if d.progress != nil {
			d.progress(d.rows, d.total)
		}
		// By hand: encoding/json would reformat the row, and an event's bytes must not change.
		_, err := fmt.Fprintf(d.out, `{"table":%q,"row":%s}`+"\n", t.name, row)
		return err
	})
	return err
}

func (d *dumper) line(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write a line of the dump: %w", err)
	}
	if _, err := d.out.Write(append(raw, '\n')); err != nil {
		return fmt.Errorf("write the dump: %w", err)
	}
	return nil
}
