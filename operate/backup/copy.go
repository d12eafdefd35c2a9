package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"larder.dev/internal/postgres"
	"larder.dev/internal/topology"
)

const (
	// groupSize is how many users are copied in one transaction on each side: enough to make round
	// trips negligible, and few enough that an interruption loses little.
	groupSize = 50
	// attempts bounds how often a group is copied again after a conflict with the replica.
	attempts = 5
)

// Progress is a copy's progress, in users.
type Progress struct{ Done, Total int64 }

// Copied is a copy's result.
type Copied struct {
	Users   int64         `json:"users"`
	Resumed bool          `json:"resumed"` // it resumed an interrupted copy
	Took    time.Duration `json:"took_ns"`
}

// Copy copies everything of every user to another database with the same schema, while both are
// written to. Users are copied in groups, each from one snapshot of the source and in one
// transaction of the target; there are no references between users, so the whole is consistent.
// What the replica has written since the snapshot stays: its change numbers are higher. Run again
// after an interruption, it resumes with the unfinished group. progress may be nil.
func Copy(ctx context.Context, from, to *pgxpool.Pool, progress func(Progress)) (Copied, error) {
	_, role, err := topology.ReadRole(ctx, to)
	if err != nil {
		return Copied{}, err
	}
	if role == topology.Fenced || role == topology.Primary {
		return Copied{}, fmt.Errorf("the target is %s, and no backup: it may have what the source lacks", role)
	}
	return copyAll(ctx, from, to, false, progress)
}

// Overwrite is Copy for a target that nobody else writes to: what only the target has is deleted,
// however new.
func Overwrite(ctx context.Context, from, to *pgxpool.Pool, progress func(Progress)) (Copied, error) {
	return copyAll(ctx, from, to, true, progress)
}

func copyAll(ctx context.Context, from, to *pgxpool.Pool, exact bool, progress func(Progress)) (Copied, error) {
	began := time.Now()
	ids, err := userIDs(ctx, from, to)
	if err != nil {
		return Copied{}, err
	}
	after, err := begin(ctx, to)
	if err != nil {
		return Copied{}, err
	}
	c, err := newCopier(ctx, from, to)
	if err != nil {
		return Copied{}, err
	}
	defer c.close(ctx)
	c.exact = exact
	result := Copied{Users: int64(len(ids)), Resumed: after != ""}
	for low := 0; low < len(ids); low += groupSize {
		group := ids[low:min(low+groupSize, len(ids))]
		if last := group[len(group)-1]; last > after {
			if err := c.group(ctx, group); err != nil {
				return result, fmt.Errorf("copy users %s to %s: %w", group[0], last, err)
			}
		}
		if progress != nil {
			progress(Progress{Done: int64(low + len(group)), Total: int64(len(ids))})
		}
	}
	_, err = to.Exec(ctx, `UPDATE backup_copy SET finished_at = now(), done_to = NULL`)
	if err != nil {
		return result, fmt.Errorf("note the end of the copy: %w", err)
	}
	result.Took = time.Since(began)
	return result, nil
}

// Last returns when the last complete copy ended; false if there was none.
func Last(ctx context.Context, backup *pgxpool.Pool) (time.Time, bool, error) {
	var at *time.Time
	err := backup.QueryRow(ctx, `SELECT finished_at FROM backup_copy`).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && at == nil) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("look for the last full copy: %w", err)
	}
	return *at, true, nil
}

// begin records the start, and returns the last user done by an interrupted copy, "" for a new one.
func begin(ctx context.Context, to *pgxpool.Pool) (after string, err error) {
	err = to.QueryRow(ctx, `INSERT INTO backup_copy AS have (began_at) VALUES (now())
		ON CONFLICT (one) DO UPDATE SET began_at = CASE WHEN have.done_to IS NULL THEN now() ELSE have.began_at END,
			finished_at = CASE WHEN have.done_to IS NULL THEN have.finished_at END
		RETURNING coalesce(done_to::text, '')`).Scan(&after)
	if err != nil {
		return "", fmt.Errorf("note the beginning of the copy: %w", err)
	}
	return after, nil
}

const selectUserIDs = `SELECT id::text FROM users UNION SELECT user_id::text FROM user_changes
	UNION SELECT user_id::text FROM recipes UNION SELECT user_id::text FROM ingredients
	UNION SELECT user_id::text FROM event_log UNION SELECT user_id::text FROM idempotency_keys`

// userIDs returns the ids of every user known to either side, including deleted ones, in order.
func userIDs(ctx context.Context, from, to *pgxpool.Pool) ([]string, error) {
	all, err := idsOf(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("list the users of the source: %w", err)
	}
	more, err := idsOf(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("list the users of the target: %w", err)
	}
	return union(all, more), nil
}

func idsOf(ctx context.Context, pool *pgxpool.Pool) ([]string, error) {
	rows, err := pool.Query(ctx, selectUserIDs)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// copier holds a connection to each side, and the target's temporary tables.
type copier struct {
	from, to *pgxpool.Conn
	columns  map[string][]string
	exact    bool
}

func newCopier(ctx context.Context, from, to *pgxpool.Pool) (*copier, error) {
	c := &copier{columns: map[string][]string{}}
	var err error
	if c.from, err = from.Acquire(ctx); err != nil {
		return nil, fmt.Errorf("connect to the source: %w", err)
	}
	if c.to, err = to.Acquire(ctx); err != nil {
		c.from.Release()
		return nil, fmt.Errorf("connect to the target: %w", err)
	}
	if err := c.prepare(ctx); err != nil {
		c.close(ctx)
		return nil, err
	}
	return c, nil
}

func (c *copier) prepare(ctx context.Context) error {
	work := &pgx.Batch{}
	work.Queue(`CREATE TEMPORARY TABLE copy_known (user_id uuid)`)
	work.Queue(`CREATE TEMPORARY TABLE copy_bounds (user_id uuid PRIMARY KEY, change bigint NOT NULL)`)
	for _, t := range tables() {
		names, err := columns(ctx, c.from, t.name)
		if err != nil {
			return err
		}
		c.columns[t.name] = names
		work.Queue(`CREATE TEMPORARY TABLE copy_` + t.name + ` (LIKE ` + t.name + `)`)
		work.Queue(`CREATE INDEX ON copy_` + t.name + ` (` + list("", t.key) + `)`)
	}
	if err := c.to.SendBatch(ctx, work).Close(); err != nil {
		return fmt.Errorf("make the tables of the copy: %w", err)
	}
	return nil
}

// close discards the target's connection, and with it the temporary tables.
func (c *copier) close(ctx context.Context) {
	c.from.Release()
	_ = c.to.Conn().Close(context.WithoutCancel(ctx))
	c.to.Release()
}

func (c *copier) group(ctx context.Context, ids []string) error {
	for attempt := 1; ; attempt++ {
		err := pgx.BeginFunc(ctx, c.to, func(to pgx.Tx) error { return c.transfer(ctx, to, ids) })
		if err == nil || !lost(err) || attempt == attempts {
			return err
		}
	}
}

// lost reports whether a group conflicted with the replica or another copy. A duplicate name is
// such a conflict: ON CONFLICT only covers the key, so two writers adding the same new user collide
// on the name.
func lost(err error) bool {
	return postgres.Retryable(err) || postgres.Conflict(err, "users_name_key_key")
}

func (c *copier) transfer(ctx context.Context, to pgx.Tx, ids []string) error {
	if err := c.empty(ctx, to, ids); err != nil {
		return err
	}
	// Take the source's snapshot after listing the target's users: a user in that list but not in
	// the snapshot never existed here, or no longer does.
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, c.from, snapshot, func(from pgx.Tx) error {
		if _, err := from.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil { // the context bounds it
			return err
		}
		for _, t := range tables() {
			if err := c.pipe(ctx, to, t, ids); err != nil {
				return fmt.Errorf("copy %s: %w", t.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := to.SendBatch(ctx, merge(c.columns, ids[len(ids)-1], c.exact)).Close(); err != nil {
		return fmt.Errorf("merge what was copied: %w", err)
	}
	return nil
}

func (c *copier) empty(ctx context.Context, to pgx.Tx, ids []string) error {
	work := &pgx.Batch{}
	work.Queue(`SET LOCAL statement_timeout = 0`) // the context bounds it
	work.Queue(`TRUNCATE copy_known, copy_bounds`)
	for _, t := range tables() {
		work.Queue(`TRUNCATE copy_` + t.name)
	}
	work.Queue(`INSERT INTO copy_known SELECT id::uuid FROM (`+selectUserIDs+`) AS known(id) WHERE id = ANY($1)`, ids)
	if err := to.SendBatch(ctx, work).Close(); err != nil {
		return fmt.Errorf("empty the tables of the copy: %w", err)
	}
	return nil
}

// pipe streams some users' rows from one server to the other, without buffering them.
func (c *copier) pipe(ctx context.Context, to pgx.Tx, t table, ids []string) error {
	names := list("", c.columns[t.name])
	reader, writer := io.Pipe()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		_, err := c.from.Conn().PgConn().CopyTo(ctx, writer, fmt.Sprintf(
			`COPY (SELECT %s FROM %s WHERE %s = ANY('%s'::uuid[])) TO STDOUT (FORMAT binary)`, names, t.name, t.user, array(ids)))
		writer.CloseWithError(err)
		return err
	})
	group.Go(func() error {
		_, err := to.Conn().PgConn().CopyFrom(ctx, reader, fmt.Sprintf(`COPY copy_%s (%s) FROM STDIN (FORMAT binary)`, t.name, names))
		reader.CloseWithError(errors.Join(err, io.ErrClosedPipe))
		return err
	})
	return group.Wait()
}
