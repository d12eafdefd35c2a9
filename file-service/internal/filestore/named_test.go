package filestore_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/file-service/internal/filestore"
	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
)

// Everything referenced is reported once per user, page by page, without holding a connection:
// there is only one, and the test uses it for something else.
func TestEachNamedInPages(t *testing.T) {
	t.Parallel()
	pool, err := postgres.Open(t.Context(), testkit.Postgres(t, func(ctx context.Context, url string) error {
		return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	}), postgres.Options{Application: "file-service test", MaxConns: 1})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	const recipes = 1_201 // each references two files of its own, and one shared by all the user's recipes
	users := []string{uuid.NewString(), uuid.NewString()}
	for _, user := range users {
		_, err := pool.Exec(t.Context(), `INSERT INTO recipes (user_id, id, version, change, name, description, source_url, tags, notes, steps,
				files, created_at, updated_at)
			SELECT $1, gen_random_uuid(), 1, 1, 'Pie', '', '', '{}', '', '[]', jsonb_build_array(
				jsonb_build_object('sha256', n || 'a', 'media_type', 'x/y'), jsonb_build_object('sha256', n || 'b', 'media_type', 'x/y'),
				jsonb_build_object('sha256', 'all', 'media_type', 'x/y')), now(), now()
			FROM generate_series(1, $2) AS n`, user, recipes)
		require.NoError(t, err)
	}
	_, err = pool.Exec(t.Context(), `UPDATE recipes SET deleted_at = now() WHERE files -> 0 ->> 'sha256' = '7a'`)
	require.NoError(t, err)
	store := filestore.New(pool, func() {}, func() error { return nil })
	count, err := store.CountNamed(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, len(users)*(2*(recipes-1)+1), count)
	told := map[filestore.Named]int{}
	require.NoError(t, store.EachNamed(t.Context(), func(named filestore.Named) error {
		told[named]++
		if len(told)%500 == 0 {
			return pool.Ping(t.Context())
		}
		return nil
	}))
	require.Len(t, told, int(count))
	for named, times := range told {
		require.Equal(t, 1, times, "%v", named)
	}
}
