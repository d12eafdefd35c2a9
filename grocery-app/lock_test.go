package groceryapp_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// However many changes wait for one list's lock, nobody else waits, and each is applied once it is
// free.
func TestNobodyWaitsForAnothersList(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	busy, other := w.shopper(true), w.shopper(true)
	add := func(s *shopper) int {
		response, _ := s.send(map[string]any{
			"id": uuid.NewString(), "kind": "add", "parts": []string{uuid.NewString()}, "text": "2 l milk",
		})
		return response.StatusCode
	}
	require.Equal(t, http.StatusOK, add(busy))
	conn, err := pgx.Connect(t.Context(), w.database)
	require.NoError(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	tx, err := conn.Begin(t.Context()) // like another process
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `SELECT FROM lists WHERE user_id = $1 FOR UPDATE`, busy.user.ID)
	require.NoError(t, err)

	var all sync.WaitGroup
	codes := make(chan int, 40)
	for range cap(codes) {
		all.Go(func() { codes <- add(busy) })
	}
	for range 20 {
		require.Equal(t, http.StatusOK, add(other))
		other.list()
	}
	require.NoError(t, tx.Commit(t.Context()))
	all.Wait()
	close(codes)
	for code := range codes {
		require.Equal(t, http.StatusOK, code)
	}
}
