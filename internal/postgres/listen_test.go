package postgres_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
)

// A listener hears of each key, and when very many change, that any may have.
func TestNotifierAndListenToKeys(t *testing.T) {
	t.Parallel()
	ctx, url := testkit.Context(t), testkit.Postgres(t, nil)
	pool := open(t, url)
	notifier := postgres.NewNotifier(pool, "news", testkit.Logger(t))
	heard := make(chan string, 10_000)
	go postgres.ListenToKeys(ctx, url, "news", testkit.Logger(t), func(key string) { heard <- key })
	require.Empty(t, testkit.Wait(t, heard, "the connection"), "anything may have happened by then")
	for range 3 {
		notifier.HintOf("ada")
	}
	notifier.HintOf("bob")
	go notifier.Run(ctx)
	require.ElementsMatch(t, []string{"ada", "bob"}, []string{testkit.Wait(t, heard, "a key"), testkit.Wait(t, heard, "another")})
	many := postgres.NewNotifier(pool, "news", testkit.Logger(t))
	for i := range 1000 {
		many.HintOf(fmt.Sprint(i))
	}
	go many.Run(ctx)
	require.Empty(t, testkit.Wait(t, heard, "one for all"))
}
