package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// looks is how often users that differ are looked at again before they count as different: what is written
	// between the looks at the two sides is no difference.
	looks     = 5
	lookPause = 200 * time.Millisecond
	// namedUsers bounds how many of those that differ are named.
	namedUsers = 20
)

// Report says how far the backup is behind, and whether it is the same otherwise.
type Report struct {
	EventsBehind  int64      `json:"events_behind"`  // in the primary's ledger and not in the backup's
	SecondsBehind float64    `json:"seconds_behind"` // how long ago the oldest of them was written; 0 for none
	RowsBehind    int64      `json:"rows_behind"`    // of all tables, more here than there or there than here
	Users         int64      `json:"users"`
	Different     []string   `json:"different"` // ids of users whose rows differ, and not by what is behind; the first few
	DifferentAll  int64      `json:"different_users"`
	Tables        []Compared `json:"tables"`
	LastCopy      *time.Time `json:"last_copy"` // when the last full copy ended; null for never
}

// Compared is one table on both sides.
type Compared struct {
	Name    string `json:"name"`
	Primary int64  `json:"primary"` // rows
	Backup  int64  `json:"backup"`
}

// Same tells whether the backup is the primary, but for what is on its way.
func (r *Report) Same() bool { return r.DifferentAll == 0 }

// Verify compares the two databases user by user, by the number and a hash of the rows of each table. What is
// not in it are the idempotency keys, which no event carries: see LastCopy.
func Verify(ctx context.Context, primary, backup *pgxpool.Pool) (Report, error) {
	report := Report{Different: []string{}}
	if last, found, err := Last(ctx, backup); err != nil {
		return Report{}, err
	} else if found {
		report.LastCopy = &last
	}
	here, err := digests(ctx, primary, nil)
	if err != nil {
		return Report{}, fmt.Errorf("read the primary: %w", err)
	}
	there, err := digests(ctx, backup, nil)
	if err != nil {
		return Report{}, fmt.Errorf("read the backup: %w", err)
	}
	report.count(here, there)
	if err := report.lag(ctx, primary, backup); err != nil {
		return Report{}, err
	}
	if err := report.differences(ctx, primary, backup, differing(here, there)); err != nil {
		return Report{}, err
	}
	return report, nil
}

// digest is what one side has of a user: per table the rows and the sum of their hashes.
type digest struct {
	rows   map[string]int64
	hashes string
}

func (r *Report) count(here, there map[string]digest) {
	for _, t := range verified() {
		c := Compared{Name: t.name}
		for _, d := range here {
			c.Primary += d.rows[t.name]
		}
		for _, d := range there {
			c.Backup += d.rows[t.name]
		}
		r.RowsBehind += max(c.Primary-c.Backup, c.Backup-c.Primary)
		r.Tables = append(r.Tables, c)
	}
	r.Users = int64(len(here))
}

// differences looks again at the users that differ, until they don't or have been the same all along.
func (r *Report) differences(ctx context.Context, primary, backup *pgxpool.Pool, users []string) error {
	for look := 0; look < looks && len(users) > 0; look++ {
		select {
		case <-time.After(lookPause):
		case <-ctx.Done():
			return ctx.Err()
		}
		// The backup first: what it has by then, the primary has had before.
		there, err := digests(ctx, backup, users)
		if err != nil {
			return fmt.Errorf("read the backup: %w", err)
		}
		here, err := digests(ctx, primary, users)
		if err != nil {
			return fmt.Errorf("read the primary: %w", err)
		}
		users = differing(here, there)
	}
	behind, err := lagging(ctx, primary, backup)
	if err != nil {
		return err
	}
	for _, user := range users {
		if _, ok := behind[user]; ok {
			continue // it is behind, and different by that
		}
		r.DifferentAll++
		if len(r.Different) < namedUsers {
			r.Different = append(r.Different, user)
		}
	}
	return nil
}

func differing(here, there map[string]digest) []string {
	var users []string
	for user, d := range here {
		if there[user].hashes != d.hashes {
			users = append(users, user)
		}
	}
	for user := range there {
		if _, ok := here[user]; !ok {
			users = append(users, user)
		}
	}
	slices.Sort(users)
	return users
}

// verified are the tables that events fill.
func verified() []table {
	return slices.DeleteFunc(tables(), func(t table) bool { return t.name == keys })
}

// digests reads one side; users nil is for all.
func digests(ctx context.Context, pool *pgxpool.Pool, users []string) (map[string]digest, error) {
	found := map[string]digest{}
	err := pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil { // the context bounds it
			return err
		}
		for _, t := range verified() {
			if err := digestTable(ctx, tx, t, users, found); err != nil {
				return fmt.Errorf("digest %s: %w", t.name, err)
			}
		}
		return nil
	})
	return found, err
}

func digestTable(ctx context.Context, tx pgx.Tx, t table, users []string, found map[string]digest) error {
	names, err := columns(ctx, tx, t.name)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT `+t.user+`::text, count(*),
			coalesce(sum(('x' || left(md5(`+compared(t.name, "", names)+`::text), 15))::bit(60)::bigint), 0)::text
		FROM `+t.name+` WHERE $1::text[] IS NULL OR `+t.user+` = ANY($1::text[]::uuid[]) GROUP BY 1`, users)
	if err != nil {
		return err
	}
	var (
		user, sum string
		count     int64
	)
	_, err = pgx.ForEachRow(rows, []any{&user, &count, &sum}, func() error {
		d := found[user]
		if d.rows == nil {
			d.rows = map[string]int64{}
		}
		d.rows[t.name] = count
		d.hashes += fmt.Sprintf("%s %d %s\n", t.name, count, sum)
		found[user] = d
		return nil
	})
	return err
}

// lag counts what is in the primary's ledger and not in the backup's.
func (r *Report) lag(ctx context.Context, primary, backup *pgxpool.Pool) error {
	heads, err := heads(ctx, backup)
	if err != nil {
		return fmt.Errorf("read how far the backup is: %w", err)
	}
	users, changes := make([]string, 0, len(heads)), make([]int64, 0, len(heads))
	for user, change := range heads {
		users, changes = append(users, user), append(changes, change)
	}
	var oldest *time.Time
	err = primary.QueryRow(ctx, `SELECT count(*), min(l.time) FROM event_log l
		LEFT JOIN unnest($1::text[]::uuid[], $2::bigint[]) AS head(user_id, change) USING (user_id)
		WHERE l.change > coalesce(head.change, 0)`, users, changes).Scan(&r.EventsBehind, &oldest)
	if err != nil {
		return fmt.Errorf("count what the backup lacks: %w", err)
	}
	if oldest != nil {
		r.SecondsBehind = max(time.Since(*oldest).Seconds(), 0)
	}
	return nil
}

// lagging gives the users with changes that the backup hasn't got yet.
func lagging(ctx context.Context, primary, backup *pgxpool.Pool) (map[string]struct{}, error) {
	there, err := heads(ctx, backup)
	if err != nil {
		return nil, fmt.Errorf("read how far the backup is: %w", err)
	}
	here, err := heads(ctx, primary)
	if err != nil {
		return nil, fmt.Errorf("read how far the primary is: %w", err)
	}
	behind := map[string]struct{}{}
	for user, change := range here {
		if change > there[user] {
			behind[user] = struct{}{}
		}
	}
	return behind, nil
}

// heads gives the last change number of each user, deleted ones too.
func heads(ctx context.Context, pool *pgxpool.Pool) (map[string]int64, error) {
	rows, err := pool.Query(ctx, `SELECT user_id::text, max(change) FROM event_log GROUP BY 1`)
	if err != nil {
		return nil, err
	}
	found := map[string]int64{}
	var (
		user   string
		change int64
	)
	_, err = pgx.ForEachRow(rows, []any{&user, &change}, func() error { found[user] = change; return nil })
	return found, err
}

// String is the report for a person.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "behind: %d events, %.1f s, %d rows\n", r.EventsBehind, r.SecondsBehind, r.RowsBehind)
	for _, t := range r.Tables {
		fmt.Fprintf(&b, "%s: %d rows at the primary, %d at the backup\n", t.Name, t.Primary, t.Backup)
	}
	if r.Same() {
		fmt.Fprintf(&b, "the same: %d users, but for what is behind\n", r.Users)
	} else {
		fmt.Fprintf(&b, "DIFFERENT: %d of %d users, among them %s\n", r.DifferentAll, r.Users, strings.Join(r.Different, ", "))
	}
	if r.LastCopy == nil {
		b.WriteString("last full copy: never, so that the backup lacks every idempotency key\n")
	} else {
		fmt.Fprintf(&b, "last full copy: %s\n", r.LastCopy.UTC().Format(time.RFC3339))
	}
	return b.String()
}
