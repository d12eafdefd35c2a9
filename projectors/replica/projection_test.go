package replica_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
	"larder.dev/projectors/replica"
)

func migrate(ctx context.Context, url string) error {
	return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
}

func open(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), testkit.BackupPostgres(t, migrate), postgres.Options{Application: "replica test", MaxConns: 6})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// The replica passes the suite of all projections.
func TestProjection(t *testing.T) {
	t.Parallel()
	projectiontest.Run(t, func(t *testing.T, _ *jetstream.Conn) projectiontest.View {
		t.Helper()
		pool := open(t)
		return projectiontest.View{
			Projection: replica.New(pool),
			Expect:     replica.Expect,
			Dump:       func(ctx context.Context, user string) (map[string]string, error) { return dump(ctx, pool, user) },
		}
	})
}

// Tables are granted a moment after they are created: until then the projection waits, as for
// missing tables.
func TestTablesThatAreNotGrantedYet(t *testing.T) {
	t.Parallel()
	pool, err := postgres.Open(t.Context(), testkit.BackupPostgres(t, migrate), postgres.Options{Application: "replica test", MaxConns: 1})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	role := "guest_" + strings.ToLower(rand.Text())
	for _, statement := range []string{"CREATE ROLE ", "SET ROLE "} {
		_, err = pool.Exec(t.Context(), statement+role)
		require.NoError(t, err)
	}
	t.Cleanup(func() {
		for _, statement := range []string{"RESET ROLE", "DROP ROLE " + role} {
			_, err := pool.Exec(context.Background(), statement)
			require.NoError(t, err)
		}
	})
	_, err = replica.New(pool).Fresh(t.Context())
	require.ErrorIs(t, err, projectors.ErrNotLaidOut)
}

// dump returns a user's current recipes with their rows, but without change numbers: those depend
// on an event's place in a story, and the suite compares stories.
func dump(ctx context.Context, pool *pgxpool.Pool, user string) (map[string]string, error) {
	rows, err := pool.Query(ctx, `SELECT r.name, r.version, r.tags::text, r.steps::text, r.updated_at::text,
			(SELECT coalesce(string_agg(i.position || i.text || coalesce(i.quantity::text, '-') || coalesce(i.second::text, ''), ';' ORDER BY i.position), '')
			 FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id)
		FROM recipes r WHERE r.user_id = $1 AND r.deleted_at IS NULL`, user)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var name, tags, steps, updated, ingredients string
		var version int64
		if err := rows.Scan(&name, &version, &tags, &steps, &updated, &ingredients); err != nil {
			return nil, err
		}
		found[name] += fmt.Sprintf("version %d %s %s %s %s", version, tags, steps, updated, ingredients)
	}
	return found, rows.Err()
}

func apply(t *testing.T, projection *replica.Projection, list ...events.Envelope) {
	t.Helper()
	require.NoError(t, projection.Apply(t.Context(), projectiontest.Delivered(list)))
}

func scan[T any](t *testing.T, pool *pgxpool.Pool, query string, args ...any) T {
	t.Helper()
	var v T
	require.NoError(t, pool.QueryRow(t.Context(), query, args...).Scan(&v))
	return v
}

// Accounts are kept by version, and the change number never goes back.
func TestAccounts(t *testing.T) {
	t.Parallel()
	pool := open(t)
	projection := replica.New(pool)
	teller := projectiontest.NewTeller()
	added, changed := teller.Account(events.UserAdded, 1), teller.Account(events.UserChanged, 2)
	apply(t, projection, changed)
	apply(t, projection, added)
	require.EqualValues(t, 2, scan[int64](t, pool, `SELECT version FROM users WHERE id = $1`, teller.User))
	require.EqualValues(t, 2, scan[int64](t, pool, `SELECT change FROM user_changes WHERE user_id = $1`, teller.User))
	require.Equal(t, "cook "+teller.User[:8], scan[string](t, pool, `SELECT name_key FROM users WHERE id = $1`, teller.User))
}

// Deleting an account removes everything of its user.
func TestUserDeleted(t *testing.T) {
	t.Parallel()
	pool := open(t)
	projection := replica.New(pool)
	teller := projectiontest.NewTeller()
	apply(t, projection, append([]events.Envelope{teller.Account(events.UserAdded, 1)}, teller.RecipeStory()...)...)
	apply(t, projection, teller.Account(events.UserDeleted, 2))
	for _, query := range []string{
		`SELECT count(*) FROM users WHERE id = $1`, `SELECT count(*) FROM recipes WHERE user_id = $1`,
		`SELECT count(*) FROM ingredients WHERE user_id = $1`, `SELECT count(*) FROM user_changes WHERE user_id = $1`,
	} {
		require.Zero(t, scan[int](t, pool, query, teller.User), query)
	}
}

// Erase reports what was removed, once, even if the deletion's event arrived first.
func TestErasedIsCountedWhoeverComesFirst(t *testing.T) {
	t.Parallel()
	pool := open(t)
	projection := replica.New(pool)
	counts := map[bool]int{}
	for _, eventFirst := range []bool{false, true} {
		teller := projectiontest.NewTeller()
		apply(t, projection, append([]events.Envelope{teller.Account(events.UserAdded, 1)}, teller.RecipeStory()...)...)
		if eventFirst {
			apply(t, projection, teller.Account(events.UserDeleted, 2))
		}
		count, err := projection.Erase(t.Context(), teller.User)
		require.NoError(t, err)
		require.Positive(t, count)
		counts[eventFirst] = count
		again, err := projection.Erase(t.Context(), teller.User)
		require.NoError(t, err)
		require.Zero(t, again)
	}
	require.Equal(t, counts[false], counts[true])
}

// A batch costs the same however many rows there are, also by plans made while the tables were empty.
func TestABatchReadsOnlyWhatItWrites(t *testing.T) {
	t.Parallel()
	url := testkit.BackupPostgres(t, migrate)
	pool, err := postgres.Open(t.Context(), url, postgres.Options{Application: "replica test", MaxConns: 1}) // so that plans are kept
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	projection := replica.New(pool)
	teller := projectiontest.NewTeller()
	const batches, each = 12, 50
	for batch := range batches {
		var list []events.Envelope
		for i := range each {
			word := fmt.Sprintf("soup %d", batch*each+i)
			list = append(list, teller.Recipe(events.RecipeCreated, word, 1), teller.Recipe(events.RecipeUpdated, word, 2))
		}
		apply(t, projection, list...)
		apply(t, projection, list[len(list)-1]) // delivered again
	}
	require.Equal(t, batches*each, scan[int](t, pool, `SELECT count(*) FROM recipes WHERE version = 2`))
	scan[any](t, pool, `SELECT pg_stat_force_next_flush()::text`)
	read := scan[int](t, pool, `SELECT (sum(seq_tup_read) + sum(idx_tup_fetch))::bigint FROM pg_stat_user_tables
		WHERE relname IN ('recipes', 'ingredients', 'event_log', 'user_changes')`)
	require.Less(t, read, 4*batches*each)
}

// entries returns a user's ledger rows: number, type, version, stream sequence.
func entries(t *testing.T, pool *pgxpool.Pool, user string) string {
	t.Helper()
	return scan[string](t, pool, `SELECT coalesce(string_agg(concat_ws(' ', id, type, version, stream_sequence, data), E'\n' ORDER BY id), '')
		FROM event_log WHERE user_id = $1`, user)
}

// The ledger arrives with the events: each once, with the primary's number, its bytes and its
// stream sequence; a row that was copied before it was published gets its sequence.
func TestLedger(t *testing.T) {
	t.Parallel()
	pool := open(t)
	projection := replica.New(pool)
	teller := projectiontest.NewTeller()
	story := []events.Envelope{
		teller.Account(events.UserAdded, 1), teller.Recipe(events.RecipeCreated, "soup", 1),
		teller.Grocery("soup"), teller.Import("soups", 1), teller.Recipe(events.RecipeUpdated, "soup", 2),
	}
	var want []string
	for i := range story {
		story[i].Ledger = int64(100 + 7*i)
		want = append(want, fmt.Sprintf("%d %s %d %d %s", story[i].Ledger, story[i].Type, story[i].Version, i+1, story[i].Data))
	}
	apply(t, projection, story...)
	apply(t, projection, story...)
	require.Equal(t, strings.Join(want, "\n"), entries(t, pool, teller.User))
	require.EqualValues(t, 5, scan[int64](t, pool, `SELECT change FROM user_changes WHERE user_id = $1`, teller.User))

	_, err := pool.Exec(t.Context(), `UPDATE event_log SET published_at = NULL, stream_sequence = NULL WHERE version = 2`)
	require.NoError(t, err)
	apply(t, projection, story...)
	require.Equal(t, strings.Join(want, "\n"), entries(t, pool, teller.User))

	apply(t, projection, teller.Account(events.UserDeleted, 2))
	require.Equal(t, 1, scan[int](t, pool, `SELECT count(*) FROM event_log WHERE user_id = $1 AND type = 'user.deleted'`, teller.User))
	require.Equal(t, 1, scan[int](t, pool, `SELECT count(*) FROM event_log`), "nothing else is left of the user")
}

// Events from a relay that didn't send the number are still accepted, with numbers that can't
// collide.
func TestLedgerWithoutNumber(t *testing.T) {
	t.Parallel()
	pool := open(t)
	projection := replica.New(pool)
	teller := projectiontest.NewTeller()
	apply(t, projection, teller.RecipeStory()...)
	require.True(t, scan[bool](t, pool, `SELECT max(id) < 0 FROM event_log`))
	require.True(t, scan[bool](t, pool, `SELECT array_agg(change ORDER BY id) = array_agg(change ORDER BY change) FROM event_log`))
}

// A rebuild, which reads the last message of each subject, keeps the ledger's older rows.
func TestRebuildKeepsTheLedger(t *testing.T) {
	t.Parallel()
	pool := open(t)
	projection := replica.New(pool)
	stray, teller := projectiontest.NewTeller(), projectiontest.NewTeller()
	apply(t, projection, stray.Recipe(events.RecipeCreated, "stray", 1))
	first, second := teller.Recipe(events.RecipeCreated, "soup", 1), teller.Recipe(events.RecipeUpdated, "soup", 2)
	first.Ledger, second.Ledger = 7, 9
	apply(t, projection, first)
	target, err := projection.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, target.Apply(t.Context(), projectiontest.Delivered([]events.Envelope{second})))
	require.NoError(t, target.Commit(t.Context()))
	require.Equal(t, "7,9", scan[string](t, pool, `SELECT string_agg(id::text, ',' ORDER BY id) FROM event_log`))
}

// Of a forgotten recipe, the backup keeps its row and its deletion's, without any text, and the
// numbers of its grocery requests; late events restore nothing. A rebuild does the same to an older
// backup.
func TestForgottenLeavesTheNumbers(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"live", "rebuild"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			pool := open(t)
			projection := replica.New(pool)
			teller := projectiontest.NewTeller()
			story := []events.Envelope{
				teller.Account(events.UserAdded, 1), teller.Recipe(events.RecipeCreated, "soup", 1), teller.Grocery("soup"),
				teller.Recipe(events.RecipeDeleted, "soup", 2), teller.Recipe(events.RecipeCreated, "bread", 1), teller.Grocery("bread"),
			}
			for i := range story {
				story[i].Ledger = int64(1 + i)
			}
			apply(t, projection, story...)
			last := []events.Envelope{
				story[0], projectiontest.Forgotten(story[2]), projectiontest.Forgotten(story[3]), story[4], story[5],
			}
			if way == "rebuild" {
				target, err := projection.Rebuild(t.Context())
				require.NoError(t, err)
				require.NoError(t, target.Apply(t.Context(), projectiontest.Delivered(last)))
				require.NoError(t, target.Commit(t.Context()))
			} else {
				apply(t, projection, projectiontest.Forgotten(story[2]), projectiontest.Forgotten(story[3]))
			}
			apply(t, projection, story...)
			require.Equal(t, "1,3,4,5,6", scan[string](t, pool, `SELECT string_agg(id::text, ',' ORDER BY id) FROM event_log`))
			require.Equal(t, "1,3,4,5,6", scan[string](t, pool, `SELECT string_agg(change::text, ',' ORDER BY id) FROM event_log`))
			for _, e := range last {
				require.Equal(t, string(e.Data), scan[string](t, pool, `SELECT data::text FROM event_log WHERE event_id = $1`, e.ID))
			}
			require.Zero(t, scan[int](t, pool, `SELECT count(*) FROM ingredients WHERE recipe_id = $1`, teller.ID("soup")))
			require.Zero(t, scan[int](t, pool, `SELECT count(*) FROM recipes r WHERE id = $1 AND r::text ~* 'soup|should|stir'`, teller.ID("soup")))
		})
	}
}

// named returns an account's event with another name.
func named(t *testing.T, e events.Envelope, name string) events.Envelope {
	t.Helper()
	u, err := events.DecodeUser(e)
	require.NoError(t, err)
	u.Name = name
	e.Data, err = json.Marshal(u)
	require.NoError(t, err)
	return e
}

// A name that was freed and taken again doesn't block the replica, whichever account's event
// arrives first; the account that has it on the primary has it here.
func TestNameTakenAgain(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"old first", "new first"} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			pool := open(t)
			projection := replica.New(pool)
			old, young := projectiontest.NewTeller(), projectiontest.NewTeller()
			of := named(t, old.Account(events.UserAdded, 1), "Ada")
			yf := named(t, young.Account(events.UserAdded, 2), "ADA")
			if order == "old first" {
				apply(t, projection, of, yf)
			} else {
				apply(t, projection, yf, of)
			}
			require.Equal(t, young.User, scan[string](t, pool, `SELECT id::text FROM users WHERE name_key = 'ada'`))
			apply(t, projection, old.Account(events.UserDeleted, 2))
			require.Equal(t, young.User, scan[string](t, pool, `SELECT id::text FROM users`))
		})
	}
}

// A rebuild also restores accounts and change numbers, drops what the stream lacks, and keeps the
// names of the tables' indexes.
func TestRebuildReplacesEverything(t *testing.T) {
	t.Parallel()
	pool := open(t)
	projection := replica.New(pool)
	stray, teller := projectiontest.NewTeller(), projectiontest.NewTeller()
	apply(t, projection, stray.Account(events.UserAdded, 1), stray.Recipe(events.RecipeCreated, "stray", 1))
	indexes := `SELECT string_agg(indexname, ',' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public'`
	before := scan[string](t, pool, indexes)

	target, err := projection.Rebuild(t.Context())
	require.NoError(t, err)
	story := append([]events.Envelope{teller.Account(events.UserAdded, 1)}, teller.RecipeStory()...)
	require.NoError(t, target.Apply(t.Context(), projectiontest.Delivered(story)))
	require.Equal(t, stray.User, scan[string](t, pool, `SELECT id::text FROM users`), "the old rows serve until the swap")
	require.NoError(t, target.Commit(t.Context()))
	require.Equal(t, teller.User, scan[string](t, pool, `SELECT id::text FROM users`))
	require.EqualValues(t, len(story), scan[int64](t, pool, `SELECT change FROM user_changes`))
	require.Equal(t, before, scan[string](t, pool, indexes))
	require.NoError(t, target.Abort(t.Context()))
}

// Data that no column accepts is refused for good rather than retried for ever.
func TestImpossibleData(t *testing.T) {
	t.Parallel()
	projection := replica.New(open(t))
	for what, spoil := range map[string]func(*events.Recipe){
		"a NUL in a text":     func(r *events.Recipe) { r.Name = "a\x00b" },
		"minutes over an int": func(r *events.Recipe) { huge := 1 << 40; r.PrepMinutes = &huge },
		"an empty name part":  func(r *events.Recipe) { r.Ingredients[0].Unit = "\x00" },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			e := projectiontest.NewTeller().Recipe(events.RecipeCreated, "soup", 1)
			r, err := events.DecodeRecipe(e)
			require.NoError(t, err)
			spoil(&r)
			e.Data, err = json.Marshal(r)
			require.NoError(t, err)
			require.ErrorIs(t, projection.Apply(t.Context(), projectiontest.Delivered([]events.Envelope{e})), projectors.ErrImpossible)
		})
	}
	stranger := &projectiontest.Teller{User: "00000000-0000-0000-0000-000000000001"}
	e := stranger.Recipe(events.RecipeCreated, "soup", 1)
	e.Subject = events.RecipeSubject("nobody", stranger.ID("soup"))
	require.ErrorIs(t, projection.Apply(t.Context(), projectiontest.Delivered([]events.Envelope{e})), projectors.ErrImpossible)
}

// A new database reports that it must be filled, but not once it has been.
func TestFresh(t *testing.T) {
	t.Parallel()
	projection := replica.New(open(t))
	fresh, err := projection.Fresh(t.Context())
	require.NoError(t, err)
	require.True(t, fresh)
	apply(t, projection, projectiontest.NewTeller().Account(events.UserAdded, 1))
	fresh, err = projection.Fresh(t.Context())
	require.NoError(t, err)
	require.False(t, fresh)
}
