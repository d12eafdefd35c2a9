package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/retry"
)

const (
	// looks is how often to recheck users whose change numbers differ: what is written between
	// reading the two sides is no difference, and a constant writer's numbers only match now and
	// then.
	looks     = 10
	lookPause = 200 * time.Millisecond
	// stands is the look by which either side must have moved, or the backup is just behind.
	stands = 5
	// namedUsers bounds how many differing users are named.
	namedUsers = 20
)

// Report says how far the backup lags, and whether it is otherwise the same.
type Report struct {
	EventsBehind  int64      `json:"events_behind"`  // in the primary's ledger but not the backup's
	SecondsBehind float64    `json:"seconds_behind"` // age of the oldest of them; 0 for none
	RowsBehind    int64      `json:"rows_behind"`    // difference in number of rows either way, over all tables
	Users         int64      `json:"users"`
	Different     []string   `json:"different"` // ids of users whose rows differ beyond the lag; the first few
	DifferentAll  int64      `json:"different_users"`
	Moving        int64      `json:"moving_users"` // at no look at the same change on both sides, so not compared
	Tables        []Compared `json:"tables"`
	LastCopy      *time.Time `json:"last_copy"` // when the last full copy ended; null for never
}

// Compared is one table on both sides.
type Compared struct {
	Name    string `json:"name"`
	Primary int64  `json:"primary"` // rows
	Backup  int64  `json:"backup"`
}

// Same reports whether the backup matches the primary, apart from pending events.
func (r *Report) Same() bool { return r.DifferentAll == 0 }

// Verify compares the two databases user by user, by the count and hash of each table's rows. It
// excludes the idempotency keys, which no event carries: see LastCopy.
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

// digest is a snapshot of one side's user: their last change and, per table, the number of rows and
// the sum of their hashes.
type digest struct {
	change int64
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

// differences rechecks differing users until both sides are equal or differ at the same change.
// Every write of a user is a change, and each side applies it in one transaction: at the same
// change only errors differ.
func (r *Report) differences(ctx context.Context, primary, backup *pgxpool.Pool, users []string) error {
	first := map[string]at{}
	for look := 0; len(users) > 0; look++ {
		if look == looks {
			r.Moving += int64(len(users))
			return nil
		}
		if !retry.Wait(ctx, lookPause) {
			return ctx.Err()
		}
		// The backup first: what it has by then, the primary had before.
		there, err := digests(ctx, backup, users)
		if err != nil {
			return fmt.Errorf("read the backup: %w", err)
		}
		here, err := digests(ctx, primary, users)
		if err != nil {
			return fmt.Errorf("read the primary: %w", err)
		}
		users = r.judge(look, first, here, there)
	}
	return nil
}

// judge counts the users for whom this look is decisive, and returns those to recheck. At the first
// look it records each one's position in first.
func (r *Report) judge(look int, first map[string]at, here, there map[string]digest) []string {
	var again []string
	for _, user := range differing(here, there) {
		now := at{here[user].change, there[user].change}
		if look == 0 {
			first[user] = now
		}
		switch {
		case now.primary == now.backup:
			r.DifferentAll++
			if len(r.Different) < namedUsers {
				r.Different = append(r.Different, user)
			}
		case look == stands && now == first[user]:
			r.Moving++
		default:
			again = append(again, user)
		}
	}
	return again
}

// at is a user's last change on each side.
type at struct{ primary, backup int64 }

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

// verified returns the tables that events fill.
func verified() []table {
	return slices.DeleteFunc(tables(), func(t table) bool { return t.name == keys })
}

// digests reads one side in one snapshot; nil users means all.
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
		last, err := heads(ctx, tx, users)
		if err != nil {
			return fmt.Errorf("read the last changes: %w", err)
		}
		for user, change := range last {
			d := found[user]
			d.change = change
			found[user] = d
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

// lag counts what is in the primary's ledger but not the backup's.
func (r *Report) lag(ctx context.Context, primary, backup *pgxpool.Pool) error {
	heads, err := heads(ctx, backup, nil)
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

// heads returns each user's last change number, including deleted ones; nil users means all.
func heads(ctx context.Context, from querier, users []string) (map[string]int64, error) {
	rows, err := from.Query(ctx, `SELECT user_id::text, max(change) FROM event_log
		WHERE $1::text[] IS NULL OR user_id = ANY($1::text[]::uuid[]) GROUP BY 1`, users)
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

// String formats the report for a person.
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
	if r.Moving > 0 {
		fmt.Fprintf(&b, "not compared: %d users, who write all the time, or whom the backup is behind\n", r.Moving)
	}
	if r.LastCopy == nil {
		b.WriteString("last full copy: never, so that the backup lacks every idempotency key\n")
	} else {
		fmt.Fprintf(&b, "last full copy: %s\n", r.LastCopy.UTC().Format(time.RFC3339))
	}
	return b.String()
}
