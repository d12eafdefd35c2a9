package postgres_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
)

// Whoever listens is told of each key, once it listens, and that all may be news where there are very many.
func TestNews(t *testing.T) {
	t.Parallel()
	ctx, url := testkit.Context(t), testkit.Postgres(t, nil)
	pool := open(t, url)
	news := postgres.NewNews(pool, "news", testkit.Logger(t))
	heard := make(chan string, 10_000)
	go postgres.ListenToNews(ctx, url, "news", testkit.Logger(t), func(key string) { heard <- key })
	require.Empty(t, testkit.Wait(t, heard, "the connection"), "all may be news by then")
	for range 3 {
		news.Of("ada")
	}
	news.Of("bob")
	go news.Run(ctx)
	require.ElementsMatch(t, []string{"ada", "bob"}, []string{testkit.Wait(t, heard, "a key"), testkit.Wait(t, heard, "another")})
	many := postgres.NewNews(pool, "news", testkit.Logger(t))
	for i := range 1000 {
		many.Of(fmt.Sprint(i))
	}
	go many.Run(ctx)
	require.Empty(t, testkit.Wait(t, heard, "one for all"))
}
