//go:build linux

package postgres_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/embedded/postgresserver"
	"larder.dev/internal/fulldisk"
	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
)

// A server with a full disk is distinguished from an unreachable one: it answers, a write says why
// it is refused, and space is detected again without a write.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	testkit.OnSmallDisk(t, 150<<20, func(t *testing.T, dir string) {
		t.Helper()
		server, err := postgresserver.Start(testkit.Context(t), postgresserver.Options{Dir: filepath.Join(dir, "postgres")})
		require.NoError(t, err)
		defer func() { require.NoError(t, server.Stop(testkit.Context(t))) }()
		var mark fulldisk.Mark
		pool, err := postgres.Open(testkit.Context(t), server.URL("postgres"), postgres.Options{Application: "test", Full: &mark})
		require.NoError(t, err)
		defer pool.Close()
		_, err = pool.Exec(testkit.Context(t), "CREATE TABLE kept (text text)")
		require.NoError(t, err)
		require.NoError(t, postgres.Room(testkit.Context(t), pool))

		makeRoom := testkit.FillDisk(t, dir)
		_, err = pool.Exec(testkit.Context(t), "INSERT INTO kept SELECT repeat('x', 1000) FROM generate_series(1, 1000)")
		require.True(t, postgres.DiskFull(err), "%v", err)
		require.True(t, postgres.Unavailable(err))
		require.True(t, mark.Full())
		require.NoError(t, pool.Ping(testkit.Context(t)))
		require.ErrorIs(t, postgres.Room(testkit.Context(t), pool), fulldisk.Err)
		makeRoom()
		require.NoError(t, postgres.Room(testkit.Context(t), pool))
		_, err = pool.Exec(testkit.Context(t), "INSERT INTO kept SELECT repeat('x', 1000) FROM generate_series(1, 1000)")
		require.NoError(t, err)
	})
}
