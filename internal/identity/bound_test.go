package identity_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"larder.dev/internal/identity"
	"larder.dev/internal/testkit"
)

// hash returns what the store keeps of a token.
func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// A hundred logins leave the allowed number of sessions, the latest ones, and a session in use
// outlives unused ones.
func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, client := newSessions(t)
	sessions.Bound(10)
	var tokens []string
	for i := range 100 {
		token, err := sessions.Create(ctx, ada(), fmt.Sprint(i))
		require.NoError(t, err)
		tokens = append(tokens, token)
	}
	list, err := sessions.List(ctx, ada().ID)
	require.NoError(t, err)
	require.Len(t, list, 10)
	require.Equal(t, identity.IDOf(tokens[99]), list[0].ID)
	for i, token := range tokens {
		_, err := sessions.Verify(ctx, token)
		if i < 90 {
			require.ErrorIs(t, err, identity.ErrNoSession, i)
		} else {
			require.NoError(t, err, i)
		}
	}

	// The oldest one is used again after nobody used any for a fortnight.
	for _, token := range tokens[90:] {
		_, err = client.Expire(ctx, "session:"+hash(token), identity.Lifetime/2)
		require.NoError(t, err)
	}
	_, err = identity.NewSessions(client).Verify(ctx, tokens[90])
	require.NoError(t, err)
	_, err = sessions.Create(ctx, ada(), "one more")
	require.NoError(t, err)
	_, err = sessions.Verify(ctx, tokens[90])
	require.NoError(t, err)
	_, err = sessions.Verify(ctx, tokens[91])
	require.ErrorIs(t, err, identity.ErrNoSession)
}

// If a user has thousands of sessions from before the bound, the next login ends the excess.
func TestOldSessionsAreEndedByTheNextLogin(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, client := newSessions(t)
	for i := range 1000 {
		_, err := sessions.Create(ctx, ada(), fmt.Sprint(i))
		require.NoError(t, err)
	}
	sessions.Bound(10)
	token, err := sessions.Create(ctx, ada(), "last")
	require.NoError(t, err)
	members, err := client.SMembers(ctx, "sessions:"+ada().ID)
	require.NoError(t, err)
	require.Len(t, members, 10)
	_, err = sessions.Verify(ctx, token)
	require.NoError(t, err)
}

// Concurrent logins don't create more sessions than the next login ends.
func TestLoginsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, _ := newSessions(t)
	sessions.Bound(5)
	var group errgroup.Group
	for range 40 {
		group.Go(func() error {
			_, err := sessions.Create(ctx, ada(), "")
			return err
		})
	}
	require.NoError(t, group.Wait())
	_, err := sessions.Create(ctx, ada(), "")
	require.NoError(t, err)
	list, err := sessions.List(ctx, ada().ID)
	require.NoError(t, err)
	require.Len(t, list, 5)
}

// However many passwords are sent at once, a few are checked, some wait, and the rest are told to
// retry later.
func TestPasswordsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	ctx, passwords := testkit.Context(t), identity.NewPasswords()
	hash, err := passwords.Hash(ctx, "right")
	require.NoError(t, err)
	answers := make(chan error, 400)
	for range cap(answers) {
		go func() {
			_, err := passwords.Check(ctx, "right", hash)
			answers <- err
		}()
	}
	busy := 0
	for range cap(answers) {
		if err := <-answers; err != nil {
			require.ErrorIs(t, err, identity.ErrBusy)
			busy++
		}
	}
	require.Positive(t, busy)
	require.Less(t, busy, cap(answers))
}
