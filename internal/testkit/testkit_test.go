package testkit_test

import (
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
)

func migrate(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE TABLE things (name text)")
	return err
}

// Each test gets its own database with the schema, which is created once.
func TestPostgresGivesEachTestItsOwnDatabase(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	var migrations atomic.Int32
	counted := func(ctx context.Context, url string) error {
		migrations.Add(1)
		return migrate(ctx, url)
	}
	first, second := testkit.Postgres(t, counted), testkit.Postgres(t, counted)
	require.NotEqual(t, first, second)

	conn, err := pgx.Connect(ctx, first)
	require.NoError(t, err)
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "INSERT INTO things VALUES ('one')")
	require.NoError(t, err)

	other, err := pgx.Connect(ctx, second)
	require.NoError(t, err)
	defer other.Close(context.WithoutCancel(ctx))
	var count int
	require.NoError(t, other.QueryRow(ctx, "SELECT count(*) FROM things").Scan(&count))
	require.Zero(t, count)
	require.EqualValues(t, 1, migrations.Load())
}

// A stopped NATS comes back at its clients' address.
func TestNATSComesBackAtItsAddress(t *testing.T) {
	t.Parallel()
	server := testkit.NATS(t)
	before := server.URL()
	server.Stop(t)
	require.Error(t, dial(t, before))
	server.Restart(t)
	require.Equal(t, before, server.URL())
	require.NoError(t, dial(t, before))
}

// A stopped Redis refuses connections.
//
//nolint:paralleltest // a server started by a parallel test may get the freed port
func TestRedisCanBeTakenAway(t *testing.T) {
	address, stop := testkit.StoppableRedis(t)
	require.NoError(t, dial(t, address))
	stop()
	require.Error(t, dial(t, address))
}

func dial(t *testing.T, address string) error {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	conn, err := (&net.Dialer{}).DialContext(testkit.Context(t), "tcp", parsed.Host)
	if err != nil {
		return err
	}
	return conn.Close()
}

// A cut proxy refuses connections, and comes back at its port, even right after some connections.
func TestProxyComesBack(t *testing.T) {
	t.Parallel()
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, behind.Close()) })
	proxy := testkit.NewProxy(t, "tcp://"+behind.Addr().String())
	host := strings.TrimPrefix(proxy.URL(), "tcp://")
	// Regression: a child being started briefly kept the socket open.
	started, end := context.WithCancel(testkit.Context(t))
	var programs sync.WaitGroup
	programs.Go(func() {
		for started.Err() == nil {
			_ = exec.CommandContext(started, os.Args[0], "-test.run=^$").Run()
		}
	})
	for range 200 {
		conn, err := net.Dial("tcp", host)
		require.NoError(t, err)
		proxy.Cut()
		_, err = net.Dial("tcp", host)
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		proxy.Mend()
		require.NoError(t, conn.Close())
	}
	end()
	programs.Wait()
}
