package commandapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
	"larder.dev/operate/backup"
)

// anotherDatabase returns a pool for an empty database with the schema.
func anotherDatabase(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(testkit.Context(t), testkit.Postgres(t, migrate), postgres.Options{Application: "test backup"})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// everything returns every row of every table as text, except columns that relay and replica update
// a moment apart.
func everything(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	var all []string
	for _, table := range []string{"users", "user_changes", "recipes", "ingredients", "idempotency_keys"} {
		all = append(all, lines(t, pool, `SELECT '`+table+`' || t::text FROM `+table+` t ORDER BY 1`)...)
	}
	return append(all, lines(t, pool, `SELECT (id, event_id, user_id, type, schema_version, subject, version, change,
		time, traceparent, data::text)::text FROM event_log ORDER BY 1`)...)
}

func lines(t *testing.T, pool *pgxpool.Pool, query string) []string {
	t.Helper()
	rows, err := pool.Query(testkit.Context(t), query)
	require.NoError(t, err)
	defer rows.Close()
	all := []string{}
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		all = append(all, line)
	}
	require.NoError(t, rows.Err())
	return all
}

// cook puts something into every table: recipes in all states, requests, keys, a deleted user.
func (l *larder) cook() *caller {
	l.t.Helper()
	ada, gone := l.user("ada", commandapi.Access{Grocery: true}), l.user("gone", commandapi.Access{})
	gone.must(http.StatusCreated, gone.send("POST", "/api/recipes", pancakes))
	soup := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes, "Idempotency-Key", "one")).recipe(l.t)
	bread := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"<Bröt> & \"Butter\" \\n","notes":"a\\b\n\tc","ingredients":[{"quantity":2,"unit":"can","name":"yeast","second":{"quantity":400,"unit":"g","relation":"each"}}]}`)).recipe(l.t)
	ada.must(http.StatusOK, ada.send("PUT", "/api/recipes/"+soup.ID, `{"name":"Soup","ingredients":[{"text":"1 g salt"}]}`, "If-Match", `"1"`))
	ada.must(http.StatusNoContent, ada.send("DELETE", "/api/recipes/"+bread.ID, ""))
	ada.must(http.StatusAccepted, ada.send("POST", "/api/recipes/"+soup.ID+"/grocery", "", "Idempotency-Key", "two"))
	_, err := l.api.Users().Delete(testkit.Context(l.t), "gone")
	require.NoError(l.t, err)
	return ada
}

// A full copy makes the backup equal to the primary, keys included, whatever was wrong there; a
// second copy changes nothing.
func TestCopyMakesTheBackupTheSame(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	l.cook()
	standby, ctx := anotherDatabase(t), testkit.Context(t)
	_, err := backup.Copy(ctx, l.pool, standby, nil)
	require.NoError(t, err)
	want := everything(t, l.pool)
	require.Equal(t, want, everything(t, standby))
	for _, damage := range []string{
		`UPDATE recipes SET name = 'wrong'`, `DELETE FROM ingredients`, `UPDATE event_log SET data = '{}'`,
		`UPDATE event_log SET id = id - 1000`, `DELETE FROM event_log WHERE version = 1`, `UPDATE users SET name_key = 'x', name = 'x'`,
		`INSERT INTO users SELECT gen_random_uuid(), 'stray', 'ada2', '', false, false, false, 9, now(), now()`,
		`INSERT INTO ingredients SELECT user_id, id, 77, 'stray', NULL, NULL, '', '', '', '' FROM recipes`,
		`DELETE FROM idempotency_keys WHERE key = 'one'`, `UPDATE user_changes SET change = 1`,
		`INSERT INTO recipes SELECT (r).* FROM (SELECT jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid())) AS r
			FROM recipes r LIMIT 1) AS one`,
	} {
		_, err := standby.Exec(ctx, damage)
		require.NoError(t, err, damage)
		require.NotEqual(t, want, everything(t, standby), damage)
		_, err = backup.Copy(ctx, l.pool, standby, nil)
		require.NoError(t, err, damage)
		require.Equal(t, want, everything(t, standby), damage)
	}
}

// The copy keeps what the replica wrote after the copy's snapshot.
func TestCopyLeavesWhatIsNewer(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.cook()
	newer, older, ctx := anotherDatabase(t), anotherDatabase(t), testkit.Context(t)
	_, err := backup.Copy(ctx, l.pool, older, nil)
	require.NoError(t, err)
	ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"Newer","ingredients":[{"text":"1 egg"}]}`))
	_, err = backup.Copy(ctx, l.pool, newer, nil)
	require.NoError(t, err)
	want := everything(t, newer)
	_, err = backup.Copy(ctx, older, newer, nil)
	require.NoError(t, err)
	require.Equal(t, want, everything(t, newer))
}

// An interrupted copy resumes with the users it hadn't reached.
func TestCopyGoesOn(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	for i := range 120 {
		_, err := l.pool.Exec(t.Context(), `INSERT INTO users VALUES (gen_random_uuid(), $1, $1, '', false, false, false, 1, now(), now())`, fmt.Sprint("user", i))
		require.NoError(t, err)
	}
	standby := anotherDatabase(t)
	interrupted, stop := context.WithCancel(testkit.Context(t))
	_, err := backup.Copy(interrupted, l.pool, standby, func(p backup.Progress) { stop() })
	require.Error(t, err)
	report, err := backup.Verify(testkit.Context(t), l.pool, standby)
	require.NoError(t, err)
	require.Nil(t, report.LastCopy)
	done := lines(t, standby, `SELECT count(*)::text FROM users`)
	require.NotEqual(t, []string{"0"}, done)
	require.NotEqual(t, []string{"120"}, done)
	_, err = standby.Exec(t.Context(), `UPDATE users SET name = 'touched'`)
	require.NoError(t, err)
	copied, err := backup.Copy(testkit.Context(t), l.pool, standby, nil)
	require.NoError(t, err)
	require.True(t, copied.Resumed)
	require.Equal(t, []string{"120"}, lines(t, standby, `SELECT count(*)::text FROM users`))
	require.Equal(t, done, lines(t, standby, `SELECT count(*)::text FROM users WHERE name = 'touched'`), "what was copied isn't again")
}

// A copy during writes, with another copy taking the replica's place, ends with the same rows.
func TestCopyUnderWrites(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada, standby, ctx := l.cook(), anotherDatabase(t), testkit.Context(t)
	var group sync.WaitGroup
	group.Go(func() {
		for i := range 60 {
			ada.send("POST", "/api/recipes", fmt.Sprintf(`{"name":"Dish %d","ingredients":[{"text":"1 egg"}]}`, i))
		}
	})
	for range 2 {
		group.Go(func() {
			_, err := backup.Copy(ctx, l.pool, standby, nil)
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	_, err := backup.Copy(ctx, l.pool, standby, nil)
	require.NoError(t, err)
	require.Equal(t, everything(t, l.pool), everything(t, standby))
}

// Verify distinguishes what is behind from what differs.
func TestVerifyBackup(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada, standby, ctx := l.cook(), anotherDatabase(t), testkit.Context(t)
	verify := func() backup.Report {
		report, err := backup.Verify(ctx, l.pool, standby)
		require.NoError(t, err)
		return report
	}
	empty := verify()
	require.EqualValues(t, 7, empty.EventsBehind)
	require.True(t, empty.Same())
	_, err := backup.Copy(ctx, l.pool, standby, nil)
	require.NoError(t, err)
	same := verify()
	require.Zero(t, same.EventsBehind)
	require.Zero(t, same.RowsBehind)
	require.NotNil(t, same.LastCopy)
	require.True(t, same.Same())
	ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes))
	behind := verify()
	require.EqualValues(t, 1, behind.EventsBehind)
	require.Positive(t, behind.SecondsBehind)
	require.True(t, behind.Same())
	_, err = backup.Copy(ctx, l.pool, standby, nil)
	require.NoError(t, err)
	_, err = standby.Exec(ctx, `UPDATE ingredients SET text = 'wrong' WHERE position = 0`)
	require.NoError(t, err)
	different := verify()
	require.False(t, different.Same())
	require.Equal(t, []string{ada.id}, different.Different)
}

// interloper runs a hook before each query of a pool.
type interloper struct{ before func(sql string) }

func (i interloper) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	i.before(data.SQL)
	return ctx
}

func (interloper) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// watched returns another pool for the same database, with an interloper.
func watched(t *testing.T, pool *pgxpool.Pool, before func(sql string)) *pgxpool.Pool {
	t.Helper()
	config := pool.Config()
	config.ConnConfig.Tracer = interloper{before}
	other, err := pgxpool.NewWithConfig(testkit.Context(t), config)
	require.NoError(t, err)
	t.Cleanup(other.Close)
	return other
}

// Writes between reading the two sides are no difference, however frequent, and neither is what the
// backup catches up on a moment later.
func TestVerifyUnderWrites(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada, standby, ctx := l.cook(), anotherDatabase(t), testkit.Context(t)
	_, err := backup.Copy(ctx, l.pool, standby, nil)
	require.NoError(t, err)
	writes := 0
	primary := watched(t, l.pool, func(sql string) {
		if strings.HasPrefix(sql, "begin") { // each read of the primary finds a recipe that the backup lacked
			writes++
			ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"One more"}`))
		}
	})
	catching := watched(t, standby, func(sql string) {
		if strings.Contains(sql, "max(change)") {
			_, err := backup.Copy(ctx, l.pool, standby, nil)
			require.NoError(t, err)
		}
	})
	report, err := backup.Verify(ctx, primary, catching)
	require.NoError(t, err)
	require.Greater(t, writes, 5)
	require.True(t, report.Same(), "%s", &report)
	require.EqualValues(t, 1, report.Moving)
}

// A restored dump equals what was dumped, to the byte, and the relay continues with it.
func TestDumpAndRestore(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	l.cook()
	var file bytes.Buffer
	dumped, err := backup.Dump(testkit.Context(t), l.pool, &file, nil)
	require.NoError(t, err)
	into := anotherDatabase(t)
	restored, err := backup.Restore(testkit.Context(t), into, bytes.NewReader(file.Bytes()), nil)
	require.NoError(t, err)
	require.Equal(t, dumped.Rows, restored.Rows)
	require.Equal(t, everything(t, l.pool), everything(t, into))
	require.Equal(t, []string{"grocery.requested"}, lines(t, into, `SELECT type FROM event_log WHERE published_at IS NOT NULL
		UNION SELECT type FROM event_log WHERE type = 'grocery.requested'`), "the feed isn't sent again")
	require.Equal(t, lines(t, into, `SELECT (max(id) + 1)::text FROM event_log`), lines(t, into, `SELECT nextval('event_log_id_seq')::text`))
	_, err = backup.Restore(testkit.Context(t), into, bytes.NewReader(file.Bytes()), nil)
	require.ErrorContains(t, err, "isn't empty")
}

// A dump damaged in any way is refused and leaves the database empty.
func TestRestoreRefusesADamagedDump(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	l.cook()
	var file bytes.Buffer
	_, err := backup.Dump(testkit.Context(t), l.pool, &file, nil)
	require.NoError(t, err)
	whole := unpacked(t, file.Bytes())
	into := anotherDatabase(t)
	for what, spoilt := range map[string][]byte{
		"cut off":        file.Bytes()[:file.Len()/2],
		"another file":   []byte("not gzip"),
		"a changed byte": packed(t, bytes.Replace(whole, []byte("Soup"), []byte("Soap"), 1)),
		"a line less":    packed(t, bytes.Join(append(bytes.Split(whole, []byte("\n"))[:3], bytes.Split(whole, []byte("\n"))[4:]...), []byte("\n"))),
		"no end":         packed(t, whole[:bytes.LastIndex(whole, []byte(`{"end"`))]),
		"a later format": packed(t, bytes.Replace(whole, []byte(`"version":1`), []byte(`"version":2`), 1)),
		"a later schema": packed(t, bytes.Replace(whole, []byte(`"schema":`), []byte(`"schema":9`), 1)),
		"another column": packed(t, bytes.Replace(whole, []byte(`"name_key"`), []byte(`"name) --"`), 1)),
	} {
		_, err := backup.Restore(testkit.Context(t), into, bytes.NewReader(spoilt), nil)
		require.Error(t, err, what)
		require.Equal(t, []string{"0"}, lines(t, into, `SELECT count(*)::text FROM event_log`), what)
	}
}

// writeFixture writes this version's fixture:
// go test ./command-api -run TestRestoreEarlierDumps -write-dump NAME
//
//nolint:gochecknoglobals // a flag of the test binary
var writeFixture = flag.String("write-dump", "", "write command-api/testdata/dumps/NAME.jsonl.gz")

// Dumps of all earlier versions can be restored: fixtures are kept and never rewritten.
func TestRestoreEarlierDumps(t *testing.T) {
	t.Parallel()
	if *writeFixture != "" {
		l := newLarder(t)
		l.cook()
		file, err := os.Create(filepath.Join("testdata", "dumps", *writeFixture+".jsonl.gz"))
		require.NoError(t, err)
		_, err = backup.Dump(testkit.Context(t), l.pool, file, nil)
		require.NoError(t, err)
		require.NoError(t, file.Close())
	}
	fixtures, err := filepath.Glob("testdata/dumps/*.jsonl.gz")
	require.NoError(t, err)
	require.NotEmpty(t, fixtures)
	for _, name := range fixtures {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".jsonl.gz"), func(t *testing.T) {
			t.Parallel()
			file, err := os.Open(name)
			require.NoError(t, err)
			t.Cleanup(func() { _ = file.Close() })
			into := anotherDatabase(t)
			_, err = backup.Restore(testkit.Context(t), into, file, nil)
			require.NoError(t, err)
			require.Equal(t, []string{"Soup"}, lines(t, into, `SELECT name FROM recipes WHERE deleted_at IS NULL`))
			require.Equal(t, []string{"1 g salt"}, lines(t, into, `SELECT text FROM ingredients i JOIN recipes r ON r.id = i.recipe_id AND r.deleted_at IS NULL`))
			require.Equal(t, []string{"ada"}, lines(t, into, `SELECT name_key FROM users`))
			require.Equal(t, []string{"7"}, lines(t, into, `SELECT count(*)::text FROM event_log`))
			require.Equal(t, []string{"2"}, lines(t, into, `SELECT count(*)::text FROM idempotency_keys`))
		})
	}
}

func unpacked(t *testing.T, file []byte) []byte {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	content, err := io.ReadAll(reader)
	require.NoError(t, err)
	return content
}

func packed(t *testing.T, content []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	writer := gzip.NewWriter(&file)
	_, err := writer.Write(content)
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	return file.Bytes()
}
