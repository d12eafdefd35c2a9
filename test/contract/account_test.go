package contract_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// list, grant and revoke work as documented, names are unique, and no password is ever shown.
func accounts(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "accounts-ada")
	result := s.MustRun(t, "", "user", "list")
	require.Contains(t, result.Stdout, "accounts-ada")
	require.NotContains(t, result.Both(), "argon2id")

	result = s.MustRun(t, "", "user", "list", "--json")
	require.NotContains(t, result.Stdout, "argon2id")
	for line := range strings.Lines(result.Stdout) {
		require.True(t, json.Valid([]byte(line)), line)
	}

	again := s.Run(t, "another secret of the kitchen\n", "user", "add", "Accounts-ADA", "--password-stdin")
	require.Equal(t, 1, again.Code, "a name is one whatever its case")
	require.Equal(t, 1, s.Run(t, "\n", "user", "add", "accounts-blank", "--password-stdin").Code, "no blank password")
	require.Equal(t, 1, s.Run(t, "", "user", "grant", "accounts-nobody", "grocery").Code)

	// A grant applies to sessions that are already open.
	grocery := func() bool {
		var who larder.Session
		ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK).Decode(t, &who)
		return who.User.Grocery
	}
	require.False(t, grocery())
	s.MustRun(t, "", "user", "grant", "accounts-ada", "grocery")
	require.True(t, grocery())
	s.MustRun(t, "", "user", "revoke", "accounts-ada", "grocery")
	require.False(t, grocery())
}

// Rule 12: a deletion leaves no row, document, key or message of that user, on the backup either.
func userErased(t *testing.T, s *larder.Server) {
	t.Helper()
	eve := s.AddUser(t, "erased-eve", "--grocery")
	created, _ := eve.Create(t, map[string]any{"name": "Eve's pie", "ingredients": []any{map[string]any{"text": "1 apple"}}})
	key := []string{"Idempotency-Key", "erased-key"}
	eve.Do(t, http.MethodPost, "/api/recipes", larder.Named("Eve's soup"), key...).Want(t, http.StatusCreated)
	eve.Do(t, http.MethodPost, "/api/recipes/"+created.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	larder.Soon(t, 20*time.Second, func() string { return onFeed(t, s, eve.User.ID, 1) })
	larder.Soon(t, 20*time.Second, func() string { return onList(t, eve, "apple") })
	eve.Get(t, created.ID).Want(t, http.StatusOK)
	other := s.AddUser(t, "erased-not")
	other.Create(t, larder.Named("Not Eve's"))

	s.MustRun(t, "", "user", "delete", "erased-eve")

	stores := s.RunFile(t)
	for place, url := range map[string]string{"primary": stores.PostgresURL, "backup": stores.BackupPostgresURL} {
		database := larder.Postgres(t, url)
		for _, table := range []string{"recipes", "ingredients", "idempotency_keys"} {
			larder.Soon(t, 20*time.Second, func() string {
				var rows int
				query := fmt.Sprintf("SELECT count(*) FROM %s WHERE user_id = $1", table)
				require.NoError(t, database.QueryRow(t.Context(), query, eve.User.ID).Scan(&rows))
				return left(rows, place+" "+table)
			})
		}
		larder.Soon(t, 20*time.Second, func() string {
			var rows int
			query := "SELECT count(*) FROM event_log WHERE user_id = $1 AND type <> 'user.deleted'"
			require.NoError(t, database.QueryRow(t.Context(), query, eve.User.ID).Scan(&rows))
			return left(rows, place+" event_log")
		})
	}
	groceries := larder.Postgres(t, stores.GroceryPostgresURL)
	for _, table := range []string{"lists", "requests", "operations", "parts", "foods"} {
		larder.Soon(t, 20*time.Second, func() string {
			var rows int
			query := fmt.Sprintf("SELECT count(*) FROM %s WHERE user_id = $1", table)
			require.NoError(t, groceries.QueryRow(t.Context(), query, eve.User.ID).Scan(&rows))
			return left(rows, "the grocery app's "+table)
		})
	}
	larder.Soon(t, 20*time.Second, func() string { return left(lastingKeys(t, stores.RedisURL, eve.User.ID), "redis keys") })
	larder.Soon(t, 20*time.Second, func() string { return left(messagesOf(t, s, eve.User.ID), "messages") })
	require.Len(t, other.All(t, 10), 1, "nobody else's are touched")
}

// onFeed checks that the feed has this many of a user's messages.
func onFeed(t *testing.T, s *larder.Server, user string, want int) string {
	t.Helper()
	if got := len(feedOf(t, s, user)); got != want {
		return fmt.Sprintf("the feed has %d of %d messages", got, want)
	}
	return ""
}

// feedOf reads a user's part of the feed with the grocery app's credentials.
func feedOf(t *testing.T, s *larder.Server, user string) []larder.GroceryRequest {
	t.Helper()
	var requests []larder.GroceryRequest
	for _, message := range larder.Messages(t, larder.JetStream(t, s.FeedURL(t)), "GROCERY") {
		if message.Subject() != "grocery."+user+".added" {
			continue
		}
		require.Equal(t, "grocery.items-added", message.Headers().Get("ce-type"))
		var request larder.GroceryRequest
		require.NoError(t, json.Unmarshal(message.Data(), &request))
		requests = append(requests, request)
	}
	return requests
}

func left(count int, what string) string {
	if count == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s are left", count, what)
}

// lastingKeys counts a user's keys, except those that last only the half minute for which a write
// counts as recent.
func lastingKeys(t *testing.T, url, user string) int {
	t.Helper()
	client := larder.Redis(t, url)
	keys, err := client.Keys(t.Context(), "*"+user+"*").Result()
	require.NoError(t, err)
	lasting := 0
	for _, key := range keys {
		ttl, err := client.TTL(t.Context(), key).Result()
		require.NoError(t, err)
		if ttl == -1 || ttl > 30*time.Second { // -1: never expires; -2: gone meanwhile
			lasting++
		}
	}
	return lasting
}

// messagesOf counts a user's messages on both streams, except the final one about the account
// itself.
func messagesOf(t *testing.T, s *larder.Server, user string) int {
	t.Helper()
	count := 0
	for stream, url := range s.Streams(t) {
		for _, message := range larder.Messages(t, larder.JetStream(t, url), stream) {
			mine := strings.Contains(message.Subject(), user)
			switch message.Headers().Get("ce-type") {
			case "user.deleted", "grocery.user-erased": // which contain nothing but the id
				continue
			}
			if mine {
				count++
			}
		}
	}
	return count
}
