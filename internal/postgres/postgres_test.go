package postgres_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
)

func open(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), url, postgres.Options{Application: "test"})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// terminate ends every connection with a name, like a server restart.
func terminate(t *testing.T, pool *pgxpool.Pool, application string) {
	t.Helper()
	testkit.Until(t, "a connection of "+application+" was ended", func() bool {
		tag, err := pool.Exec(t.Context(), `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE application_name = $1 AND datname = current_database()`, application)
		require.NoError(t, err)
		return tag.RowsAffected() > 0
	})
}

// A pool works, names its program, and has its limits.
func TestOpen(t *testing.T) {
	t.Parallel()
	pool := open(t, testkit.Postgres(t, nil))
	for setting, want := range map[string]string{
		"application_name": "test", "statement_timeout": "30s", "TimeZone": "UTC",
		"idle_in_transaction_session_timeout": "30s",
	} {
		var got string
		require.NoError(t, pool.QueryRow(testkit.Context(t), `SELECT current_setting($1)`, setting).Scan(&got))
		require.Equal(t, want, got, setting)
	}
}

// An address may bound the pool, which servers don't understand: it isn't sent to the server by any
// kind of connection, including a steered pool's and a single one.
func TestAddressBoundsThePool(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	address := testkit.Postgres(t, nil)
	bounded := address + "&pool_max_conns=2"
	if !strings.Contains(address, "?") {
		bounded = address + "?pool_max_conns=2"
	}
	require.NoError(t, postgres.Migrate(ctx, bounded, migrations(1), testkit.Logger(t)))
	for where, options := range map[string]postgres.Options{
		"one address": {Application: "test", MaxConns: 8},
		"steered":     {Application: "test", MaxConns: 8, Steer: func(context.Context) postgres.Route { return postgres.Route{URL: bounded, Epoch: "1"} }},
	} {
		pool, err := postgres.Open(ctx, bounded, options)
		require.NoError(t, err, where)
		t.Cleanup(pool.Close)
		require.NoError(t, pool.Ping(ctx), where)
		require.EqualValues(t, 2, pool.Config().MaxConns, where)
	}
	leadership, err := postgres.Lead(ctx, bounded, 42, testkit.Logger(t))
	require.NoError(t, err)
	leadership.Release()
}

// An invalid address is refused without repeating its password.
func TestOpenRefusesABadAddress(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(t.Context(), "postgres://larder:secret@host:port/x", postgres.Options{})
	require.ErrorContains(t, err, "postgres://")
	require.NotContains(t, err.Error(), "secret")
	err = postgres.Migrate(t.Context(), "postgres://larder:secret@host:port/x", migrations(1), testkit.Logger(t))
	require.ErrorContains(t, err, "postgres://")
	require.NotContains(t, err.Error(), "secret")
}

// A program starts while its database is down, and each statement reports that.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	pool := open(t, "postgres://larder:secret@127.0.0.1:1/x")
	err := pool.Ping(testkit.Context(t))
	require.True(t, postgres.Unavailable(err), "%v", err)
	require.True(t, postgres.Retryable(err), "%v", err)
}

// A connection ended by the server is unavailable; its commit may or may not have happened.
func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t, nil)
	pool := open(t, url)
	other, err := postgres.Open(t.Context(), url, postgres.Options{Application: "victim"})
	require.NoError(t, err)
	defer other.Close()
	tx, err := other.Begin(t.Context())
	require.NoError(t, err)
	terminate(t, pool, "victim")
	_, err = tx.Exec(testkit.Context(t), `SELECT 1`)
	_ = tx.Rollback(t.Context()) // frees the broken connection, which the pool waits for
	require.True(t, postgres.Unavailable(err), "%v", err)
}

// A connection refused for any reason counts as unavailable: here a role may not use the database.
func TestRefusedConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	address := testkit.Postgres(t, nil)
	pool := open(t, address)
	role := strings.ToLower("stranger_" + rand.Text())
	_, err := pool.Exec(ctx, `CREATE ROLE `+role+` LOGIN PASSWORD 'secret'`)
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = pool.Exec(context.Background(), `DROP ROLE `+role) })
	database := pool.Config().ConnConfig.Database
	_, err = pool.Exec(ctx, `REVOKE CONNECT ON DATABASE `+pgx.Identifier{database}.Sanitize()+` FROM PUBLIC`)
	require.NoError(t, err)

	as, err := url.Parse(address)
	require.NoError(t, err)
	as.User = url.UserPassword(role, "secret")
	err = open(t, as.String()).Ping(ctx)
	require.Equal(t, "42501", postgres.Code(err), "%v", err)
	require.True(t, postgres.Unavailable(err), "%v", err)
}

// Errors fall into the classes that callers need.
func TestErrorClasses(t *testing.T) {
	t.Parallel()
	code := func(code string) error { return fmt.Errorf("write: %w", &pgconn.PgError{Code: code}) }
	for name, c := range map[string]struct {
		err                    error
		retryable, unavailable bool
	}{
		"none":               {nil, false, false},
		"serialization":      {code("40001"), true, false},
		"deadlock":           {code("40P01"), true, false},
		"lock timeout":       {code("55P03"), true, true},
		"unique violation":   {code("23505"), false, false},
		"syntax":             {code("42601"), false, false},
		"disk full":          {code("53100"), false, true},
		"too many clients":   {code("53300"), false, true},
		"shutting down":      {code("57P01"), false, true},
		"starting up":        {code("57P03"), false, true},
		"statement timeout":  {code("57014"), false, true},
		"a standby":          {code("25006"), false, true},
		"unknown database":   {code("3D000"), false, true},
		"deadline":           {fmt.Errorf("read: %w", context.DeadlineExceeded), false, true},
		"caller went away":   {context.Canceled, false, false},
		"end of file":        {io.ErrUnexpectedEOF, false, true},
		"network":            {&net.OpError{Op: "read", Err: errors.New("reset")}, false, true},
		"no rows":            {pgx.ErrNoRows, false, false},
		"of another kind":    {errors.New("a bug"), false, false},
		"an impossible code": {code("x"), false, false},
	} {
		require.Equal(t, c.retryable, postgres.Retryable(c.err), "retryable: %s", name)
		require.Equal(t, c.unavailable, postgres.Unavailable(c.err), "unavailable: %s", name)
	}
	unique := &pgconn.PgError{Code: "23505", ConstraintName: "users_name_key"}
	require.True(t, postgres.Conflict(unique, ""))
	require.True(t, postgres.Conflict(unique, "users_name_key"))
	require.False(t, postgres.Conflict(unique, "users_pkey"))
	require.False(t, postgres.Conflict(code("23503"), ""))
}

func migrations(n int) fstest.MapFS {
	files := fstest.MapFS{}
	for i := 1; i <= n; i++ {
		text := fmt.Sprintf("-- +goose Up\nCREATE TABLE t%d (id int);\n-- +goose Down\nDROP TABLE t%d;\n", i, i)
		files[fmt.Sprintf("%05d_t%d.sql", i, i)] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func tables(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	rows, err := pool.Query(testkit.Context(t), `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return names
}

// Migrations run once, however often and by whomever.
func TestMigrate(t *testing.T) {
	t.Parallel()
	ctx, url := testkit.Context(t), testkit.Postgres(t, nil)
	require.ErrorContains(t, postgres.CheckSchema(ctx, url, migrations(1)), "larder migrate")
	log := testkit.Logger(t)
	var group errgroup.Group
	for range 3 {
		group.Go(func() error { return postgres.Migrate(ctx, url, migrations(1), log) })
	}
	require.NoError(t, group.Wait())
	require.NoError(t, postgres.CheckSchema(ctx, url, migrations(1)))
	require.NoError(t, postgres.Migrate(ctx, url, migrations(2), log))
	require.Equal(t, []string{"goose_db_version", "t1", "t2"}, tables(t, open(t, url)))
}

// A database migrated by a newer program is refused with both versions, and not changed.
func TestMigrateRefusesANewerDatabase(t *testing.T) {
	t.Parallel()
	ctx, url := testkit.Context(t), testkit.Postgres(t, nil)
	require.NoError(t, postgres.Migrate(ctx, url, migrations(3), testkit.Logger(t)))
	for _, err := range []error{
		postgres.Migrate(ctx, url, migrations(2), testkit.Logger(t)),
		postgres.CheckSchema(ctx, url, migrations(2)),
	} {
		require.ErrorIs(t, err, postgres.ErrNewerSchema)
		require.ErrorContains(t, err, "version 3")
		require.ErrorContains(t, err, "knows 2")
	}
	require.Equal(t, []string{"goose_db_version", "t1", "t2", "t3"}, tables(t, open(t, url)))
}

// A failed migration leaves nothing behind.
func TestMigrateFailsAsAWhole(t *testing.T) {
	t.Parallel()
	ctx, url := testkit.Context(t), testkit.Postgres(t, nil)
	files := migrations(1)
	files["00002_broken.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE t2 (id int);\nCREATE TABLE t1 (id int);\n")}
	require.Error(t, postgres.Migrate(ctx, url, files, testkit.Logger(t)))
	require.Equal(t, []string{"goose_db_version", "t1"}, tables(t, open(t, url)))
}

// background runs fn until the test ends, and waits for it.
func background(t *testing.T, fn func(ctx context.Context)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

// A hint after a commit reaches a listener.
func TestNotifierAndListen(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t, nil)
	pool := open(t, url)
	signals := postgres.Listen(t.Context(), url, "news", testkit.Logger(t))
	testkit.Wait(t, signals, "the signal of the first connection")

	notifier := postgres.NewNotifier(pool, "news", testkit.Logger(t))
	notifier.Hint() // before it runs: kept
	background(t, notifier.Run)
	testkit.Wait(t, signals, "the signal of a hint")
	notifier.Hint()
	testkit.Wait(t, signals, "the signal of another hint")
}

// A thousand hints become a few notifications, each of which takes a server-wide lock.
func TestNotifierThrottles(t *testing.T) {
	t.Parallel()
	ctx, url := testkit.Context(t), testkit.Postgres(t, nil)
	listener, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer func() { _ = listener.Close(ctx) }()
	_, err = listener.Exec(ctx, `LISTEN news`)
	require.NoError(t, err)

	pool := open(t, url)
	notifier := postgres.NewNotifier(pool, "news", testkit.Logger(t))
	background(t, notifier.Run)
	start, pace := time.Now(), time.NewTicker(10*time.Microsecond)
	defer pace.Stop()
	for range 1000 {
		notifier.Hint()
		<-pace.C
	}
	allowed := int(time.Since(start)/(5*time.Millisecond)) + 3
	_, err = pool.Exec(ctx, `SELECT pg_notify('news', 'last')`)
	require.NoError(t, err)

	heard := 0
	for {
		notification, err := listener.WaitForNotification(ctx)
		require.NoError(t, err)
		if notification.Payload == "last" {
			break
		}
		heard++
	}
	require.Positive(t, heard)
	require.LessOrEqual(t, heard, allowed)
}

// A listener whose connection breaks reconnects, and signals that it may have missed something.
func TestListenComesBack(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t, nil)
	pool := open(t, url)
	ctx, cancel := context.WithCancel(t.Context())
	signals := postgres.Listen(ctx, url, "news", testkit.Logger(t))
	testkit.Wait(t, signals, "the signal of the first connection")
	terminate(t, pool, "larder listen news")
	testkit.Wait(t, signals, "the signal of the second connection")
	_, err := pool.Exec(testkit.Context(t), `SELECT pg_notify('news', '')`)
	require.NoError(t, err)
	testkit.Wait(t, signals, "the signal of a notification")
	cancel()
	testkit.Until(t, "the signals have ended", func() bool {
		select {
		case _, open := <-signals:
			return !open
		default:
			return false
		}
	})
}

// Only one leads at a time. The next leads once the first releases.
func TestLead(t *testing.T) {
	t.Parallel()
	url, log := testkit.Postgres(t, nil), testkit.Logger(t)
	first, err := postgres.Lead(testkit.Context(t), url, 7, log)
	require.NoError(t, err)
	other, err := postgres.Lead(testkit.Context(t), url, 8, log)
	require.NoError(t, err, "another lock is another matter")
	defer other.Release()

	second := make(chan *postgres.Leadership, 1)
	go func() {
		leadership, err := postgres.Lead(testkit.Context(t), url, 7, log)
		if err == nil {
			second <- leadership
		}
	}()
	select {
	case <-second:
		t.Fatal("two lead at the same time")
	case <-time.After(400 * time.Millisecond): // longer than a standby's poll
	}
	require.NoError(t, first.Context().Err())
	first.Release()
	require.Error(t, first.Context().Err())
	testkit.Wait(t, second, "the second one leads").Release()
}

// A leader whose connection breaks is told at once, with the reason.
func TestLeadershipIsLostWithItsConnection(t *testing.T) {
	t.Parallel()
	url, log := testkit.Postgres(t, nil), testkit.Logger(t)
	pool := open(t, url)
	leadership, err := postgres.Lead(testkit.Context(t), url, 7, log)
	require.NoError(t, err)
	terminate(t, pool, "larder leader")
	testkit.Wait(t, leadership.Context().Done(), "the leadership is lost")
	require.ErrorContains(t, context.Cause(leadership.Context()), "leadership was lost")
	leadership.Release()
	again, err := postgres.Lead(testkit.Context(t), url, 7, log)
	require.NoError(t, err)
	again.Release()
}

// Waiting to lead continues while the database is down, until cancelled.
func TestLeadWaitsForTheDatabase(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := postgres.Lead(ctx, "postgres://larder@127.0.0.1:1/x", 7, testkit.Logger(t))
		failed <- err
	}()
	select {
	case err := <-failed:
		t.Fatalf("gave up: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	cancel()
	require.ErrorIs(t, testkit.Wait(t, failed, "the end of waiting"), context.Canceled)
	_, err := postgres.Lead(t.Context(), "nonsense://", 7, testkit.Logger(t))
	require.ErrorContains(t, err, "postgres://")
}
