package component_test

import (
	"context"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/jetstream"
	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
)

// idleFor is how long an idle process is observed, and idleQueries how many transactions it may
// make meanwhile in all its databases, including keepalives.
const (
	idleFor     = 8 * time.Second
	idleQueries = 40
)

// An idle process of all components creates no consumer, and makes few queries.
func TestIdleProcessRests(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	host := newHost(t, nil)
	var consumers atomic.Int64
	conn, err := jetstream.Connect(ctx, jetstream.Options{URL: host.NATSURL, Name: "test", Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	stop, err := conn.Subscribe("$JS.API.CONSUMER.>", func(msg jetstream.Message) {
		if strings.Contains(msg.Subject, ".CREATE.") {
			consumers.Add(1)
		}
	})
	require.NoError(t, err)
	defer stop()
	serve(t, host)
	logIn(t, host)

	pool, err := postgres.Open(context.Background(), host.PostgresURL, postgres.Options{Application: "test"})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	queries := func() (n int) {
		err := pool.QueryRow(ctx, `SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = ANY($1)`,
			[]string{database(t, host.PostgresURL), database(t, host.BackupPostgresURL), database(t, host.GroceryPostgresURL)}).Scan(&n)
		require.NoError(t, err)
		return n
	}
	began, made, asked := time.Now(), consumers.Load(), queries()
	require.NotZero(t, made, "what is made is seen")
	testkit.Until(t, "a process that rests", func() bool {
		if time.Since(began) < idleFor {
			return false
		}
		nowMade, nowAsked := consumers.Load(), queries()
		rests := nowMade == made && nowAsked-asked <= idleQueries
		t.Logf("in %s: %d consumers, %d queries", time.Since(began).Round(time.Millisecond), nowMade-made, nowAsked-asked)
		began, made, asked = time.Now(), nowMade, nowAsked
		return rests
	})
}

func database(t *testing.T, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	return strings.TrimPrefix(parsed.Path, "/")
}
