package commandapi_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/internal/testkit"
)

// However many of one user's writes wait for that user's lock, other users don't wait; and each is
// done once the lock is free.
func TestNobodyWaitsForAnothersLock(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	busy, other := l.user("busy", commandapi.Access{}), l.user("other", commandapi.Access{})
	made := busy.must(http.StatusCreated, busy.send(http.MethodPost, "/api/recipes", `{"name": "Soup"}`)).recipe(t)

	ctx := testkit.Context(t)
	tx, err := l.pool.Begin(ctx) // like another process
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, `SELECT FROM user_changes WHERE user_id = $1 FOR UPDATE`, busy.id)
	require.NoError(t, err)

	const many = 40
	codes := make(chan int, 2*many)
	var sent, all sync.WaitGroup
	for range many {
		sent.Add(2)
		all.Go(func() {
			sent.Done()
			codes <- busy.send(http.MethodPut, "/api/recipes/"+made.ID, `{"name": "Stew"}`, "If-Match", `"1"`).Code
		})
		all.Go(func() {
			sent.Done()
			codes <- busy.send(http.MethodPost, "/api/recipes", `{"name": "Pie"}`).Code
		})
	}
	sent.Wait()
	for range 20 {
		other.must(http.StatusCreated, other.send(http.MethodPost, "/api/recipes", `{"name": "Bread"}`))
		require.Less(t, l.pool.Stat().AcquiredConns(), l.pool.Stat().MaxConns(), "connections are left")
	}
	require.NoError(t, tx.Commit(ctx))
	all.Wait()
	close(codes)
	for code := range codes {
		require.Contains(t, []int{http.StatusOK, http.StatusCreated, http.StatusPreconditionFailed}, code)
	}
}

// If too many of one user's writes are waiting, more are refused with Retry-After.
func TestTooManyWritesOfOneUser(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	busy := l.user("busy", commandapi.Access{})
	ctx := testkit.Context(t)
	tx, err := l.pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, `SELECT FROM user_changes WHERE user_id = $1 FOR UPDATE`, busy.id)
	require.NoError(t, err)
	answers := make(chan answer, 200)
	for range cap(answers) {
		go func() { answers <- busy.send(http.MethodPost, "/api/recipes", `{"name": "Pie"}`) }()
	}
	refused := testkit.Wait(t, answers, "a refusal")
	require.Equal(t, http.StatusTooManyRequests, refused.Code, refused.Body)
	require.NotEmpty(t, refused.Header().Get("Retry-After"))
	require.Equal(t, "application/problem+json", refused.Header().Get("Content-Type"))
	require.NoError(t, tx.Commit(ctx))
	for range cap(answers) - 1 {
		testkit.Wait(t, answers, "the others' answers")
	}
}
