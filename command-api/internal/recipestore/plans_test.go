package recipestore

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/postgres"
	"larder.dev/internal/tables"
	"larder.dev/internal/testkit"
)

// Frequent ledger queries read about as many rows as they return, not everything beside them, as
// counted at each node of their plans. ledgerRows is a million in `make test-plans`.
func TestPlansReadWhatTheyGive(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	ask := newPlanned(t)
	l := fillLedger(t, ask.pool, ledgerRows)
	const page = 200
	last := l.changes[l.busy]
	var failed []string
	for name, c := range map[string]struct {
		ask  func(s *Store) error
		most int // rows that its plans may read
	}{
		"the next unpublished": {func(s *Store) error {
			_, err := s.Unpublished(ctx, nil, page, 1<<30)
			return err
		}, 2 * page},
		"what of a user is unpublished, beside all of theirs": {func(s *Store) error {
			n, err := s.UnpublishedOf(ctx, l.busy)
			require.EqualValues(t, l.waitingOfBusy, n)
			return err
		}, 2 * l.waitingOfBusy},
		"what of a user is unpublished, beside that of others": {func(s *Store) error {
			n, err := s.UnpublishedOf(ctx, l.quiet)
			require.Zero(t, n)
			return err
		}, page},
		"published rows of a user, from the first": {func(s *Store) error {
			entries, err := s.Published(ctx, l.busy, 0, page)
			require.Len(t, entries, page)
			return err
		}, 2 * page},
		"published rows of a user, behind most": {func(s *Store) error {
			entries, err := s.Published(ctx, l.busy, last/2, page)
			require.Len(t, entries, page)
			return err
		}, 2 * page},
		"the latest of each subject in a page of a user's rows": {func(s *Store) error {
			got, err := s.LatestAfter(ctx, l.busy, last/2, page)
			require.EqualValues(t, page, got.Rows)
			return err
		}, 8 * page},
		"the latest of each subject in the last page": {func(s *Store) error {
			got, err := s.LatestAfter(ctx, l.busy, last-page, page)
			require.NotEmpty(t, got.Latest)
			return err
		}, 8 * page},
		"the latest of subjects with many versions": {func(s *Store) error {
			entries, err := s.LatestOf(ctx, l.subjects)
			require.Len(t, entries, len(l.subjects))
			return err
		}, 6 * len(l.subjects)},
		"which subjects there are": {func(s *Store) error {
			known, err := s.Known(ctx, l.subjects)
			require.Len(t, known, len(l.subjects))
			return err
		}, 4 * len(l.subjects)},
		"recipes until a time": {func(s *Store) error {
			list, err := s.RecipesUntil(ctx, l.busy, time.Now(), "", page)
			require.NotEmpty(t, list)
			return err
		}, 8 * page},
		"the user behind another": {func(s *Store) error {
			next, err := s.NextOwner(ctx, l.busy)
			require.NotEqual(t, l.busy, next)
			return err
		}, 10},
		"an early version of a recipe": {func(s *Store) error {
			_, recipe, _ := events.RecipeOf(l.subjects[0])
			_, err := s.History(ctx, l.busy, recipe, 1)
			return err
		}, 10 + l.versions},
		"what is to be forgotten, beside what is there and what was deleted lately": {func(s *Store) error {
			due, err := s.Deleted(ctx, time.Now().Add(-90*24*time.Hour), page)
			require.Len(t, due, 10)
			return err
		}, 20},
		"what is to be taken out of the stream": {func(s *Store) error {
			list, err := s.Removals(ctx, Owned{}, page)
			require.Len(t, list, 10)
			return err
		}, 100},
		"the clock of the retention": {func(s *Store) error {
			_, err := s.SetClock(ctx, time.Now(), time.Hour, time.Hour)
			return err
		}, 10},
		"the last change of a user": {func(s *Store) error {
			change, err := s.LastChange(ctx, l.busy)
			require.Equal(t, last, change)
			return err
		}, 10},
	} {
		ask.start()
		require.NoError(t, c.ask(ask.store), name)
		read, plans := 0, ""
		for _, asked := range ask.stop() {
			plan := explain(t, ask.pool, asked)
			read, plans = read+plan.rows(), plans+plan.String()
		}
		t.Logf("%s: %d rows of %d", name, read, ledgerRows)
		if read > c.most || strings.Contains(plans, "Seq Scan on event_log") {
			failed = append(failed, fmt.Sprintf("%s reads %d rows of %d:\n%s", name, read, ledgerRows, plans))
		}
	}
	require.Empty(t, failed)
}

// planned is a store whose statements can be recorded.
type planned struct {
	pool  *pgxpool.Pool
	store *Store

	mu        sync.Mutex
	listening bool
	heard     []statement
}

type statement struct {
	sql  string
	args []any
}

func newPlanned(t *testing.T) *planned {
	t.Helper()
	ctx := testkit.Context(t)
	url := testkit.Postgres(t, func(ctx context.Context, url string) error {
		return postgres.Migrate(ctx, url, tables.Migrations(), slog.New(slog.DiscardHandler))
	})
	config, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	p := &planned{}
	config.ConnConfig.Tracer = p
	p.pool, err = pgxpool.NewWithConfig(ctx, config)
	require.NoError(t, err)
	t.Cleanup(p.pool.Close)
	p.store = NewStore(p.pool, func() {})
	return p
}

// TraceQueryStart implements pgx.QueryTracer.
func (p *planned) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listening {
		p.heard = append(p.heard, statement{data.SQL, data.Args})
	}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (p *planned) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (p *planned) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listening, p.heard = true, nil
}

func (p *planned) stop() []statement {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listening = false
	return p.heard
}

// plan is a node of an executed plan.
//
//nolint:tagliatelle // PostgreSQL's names
type plan struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Index    string  `json:"Index Name"`
	Rows     float64 `json:"Actual Rows"` // per loop
	Loops    float64 `json:"Actual Loops"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Recheck  float64 `json:"Rows Removed by Index Recheck"`
	Plans    []plan  `json:"Plans"`
}

// explained is PostgreSQL's answer.
type explained struct {
	Plan plan `json:"Plan"` //nolint:tagliatelle // PostgreSQL's name
}

func explain(t *testing.T, pool *pgxpool.Pool, asked statement) plan {
	t.Helper()
	var text []byte
	err := pool.QueryRow(testkit.Context(t), `EXPLAIN (ANALYZE, TIMING off, FORMAT json) `+asked.sql, asked.args...).Scan(&text)
	require.NoError(t, err, asked.sql)
	var answer []explained
	require.NoError(t, json.Unmarshal(text, &answer))
	return answer[0].Plan
}

// rows counts the rows read by nodes that read a table or an index.
func (p plan) rows() int {
	sum := 0
	if len(p.Plans) == 0 || p.Relation != "" {
		sum = int((p.Rows + p.Filtered + p.Recheck) * p.Loops)
	}
	for _, below := range p.Plans {
		sum += below.rows()
	}
	return sum
}

// nodes lists each node and its table, one per line.
func (p plan) nodes() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s %s\n", p.Type, p.Relation, p.Index)
	for _, below := range p.Plans {
		b.WriteString(below.nodes())
	}
	return b.String()
}

func (p plan) String() string { return p.nodes() }

// filled is a large ledger: half belongs to one user whose recipes have many versions, the rest to
// many users; everyone's latest rows are unpublished.
type filled struct {
	busy, quiet   string
	subjects      []string // of some of the busy user's recipes
	versions      int      // of each of those
	waitingOfBusy int
	changes       map[string]int64
}

func fillLedger(t *testing.T, pool *pgxpool.Pool, rows int) filled {
	t.Helper()
	ctx := testkit.Context(t)
	l := filled{busy: uuid.NewString(), quiet: uuid.NewString(), versions: 500}
	others, recipes := 200, rows/2/l.versions
	l.waitingOfBusy = rows / 100
	// Create the indexes last: that takes a third of the time.
	var indexes []string
	found, err := pool.Query(ctx, `SELECT indexdef FROM pg_indexes WHERE tablename = 'event_log' AND indexname NOT IN
		(SELECT conname FROM pg_constraint)`)
	require.NoError(t, err)
	indexes, err = pgx.CollectRows(found, pgx.RowTo[string])
	require.NoError(t, err)
	for _, index := range indexes {
		_, err := pool.Exec(ctx, `DROP INDEX `+strings.Fields(index)[2])
		require.NoError(t, err)
	}
	const insert = `INSERT INTO event_log (id, event_id, user_id, type, schema_version, subject, version, change, time, data, published_at, filler)
		SELECT id, gen_random_uuid(), owner::uuid, 'recipe.updated', 1, 'larder.recipe.' || owner || '.' || md5(recipe)::uuid,
			version, change, now() - interval '1 hour', '{"name": "Soup"}', CASE WHEN waits THEN NULL ELSE now() END, NULL FROM `
	for _, fill := range []statement{
		// Interleaved: version 1 of each recipe, then version 2 of each.
		{insert + `(SELECT n AS id, $1::text AS owner, (n % $2)::text AS recipe, n / $2 + 1 AS version, n + 1 AS change, n >= $3::int - $4::int AS waits
			FROM generate_series(0, $3::int - 1) AS n) AS busy`, []any{l.busy, recipes, rows / 2, l.waitingOfBusy}},
		{insert + `(SELECT $3::int + n AS id, md5((n % $1)::text)::uuid::text AS owner, n::text AS recipe, 1 AS version, n / $1 + 1 AS change,
			n >= $2::int / 2 AS waits FROM generate_series(0, $2::int - 1) AS n) AS others`, []any{others, rows / 2, rows / 2}},
		{insert + `(SELECT $2::int + n AS id, $1::text AS owner, n::text AS recipe, 1 AS version, n AS change, false AS waits
			FROM generate_series(1, 100) AS n) AS quiet`, []any{l.quiet, rows}},
		{
			`INSERT INTO recipes (user_id, id, version, change, name, description, source_url, tags, notes, steps, files, created_at, updated_at)
			SELECT $1::uuid, md5(n::text)::uuid, 1, n, 'Soup', '', '', '{}', '', '[]', '[]', now(), now() FROM generate_series(0, $2 - 1) AS n`,
			[]any{l.busy, recipes},
		},
		{
			`INSERT INTO recipes (user_id, id, version, change, name, description, source_url, tags, notes, steps, files, created_at, updated_at)
			SELECT $1::uuid, md5(n::text)::uuid, 1, n, 'Soup', '', '', '{}', '', '[]', '[]', now(), now() FROM generate_series(0, $2 - 1) AS n`,
			[]any{l.quiet, rows / 10},
		},
		{`UPDATE recipes SET deleted_at = now() - (CASE WHEN change < 10 THEN 91 ELSE 1 END) * interval '1 day' WHERE change < 30 AND user_id = $1`, []any{l.busy}},
		{
			`INSERT INTO text_removals (user_id, recipe_id, version) SELECT $1, md5(n::text)::uuid, 1 FROM generate_series(0, 9) AS n`,
			[]any{l.busy},
		},
	} {
		_, err := pool.Exec(ctx, fill.sql, fill.args...)
		require.NoError(t, err)
	}
	for _, index := range indexes {
		_, err := pool.Exec(ctx, index)
		require.NoError(t, err)
	}
	_, err = pool.Exec(ctx, `VACUUM ANALYZE event_log, recipes`)
	require.NoError(t, err)
	subjects, err := pool.Query(ctx, `SELECT DISTINCT subject FROM event_log WHERE user_id = $1 ORDER BY 1 LIMIT 20`, l.busy)
	require.NoError(t, err)
	l.subjects, err = pgx.CollectRows(subjects, pgx.RowTo[string])
	require.NoError(t, err)
	l.changes = map[string]int64{l.busy: int64(rows / 2)}
	return l
}
