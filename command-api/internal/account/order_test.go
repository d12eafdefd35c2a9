package account

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/internal/testkit"
)

// Two account changes may reach the sessions in either order: the later one in the database wins.
func TestLaterChangeOfRightsStaysInTheSessions(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	users, sessions := newUsers(t)
	token, ada := logIn(t, users, sessions, "ada")
	set := func(to bool) identity.User {
		changed, err := users.store.ChangeUser(ctx, ada.ID, func(user *events.User) { user.Admin, user.Grocery = to, to })
		require.NoError(t, err)
		return Identity(changed)
	}
	granted, revoked := set(true), set(false)
	for _, order := range [][]identity.User{{revoked, granted}, {granted, revoked}, {revoked, granted, granted, revoked}} {
		for _, state := range order {
			_, err := sessions.Refresh(ctx, state)
			require.NoError(t, err)
		}
		has, err := sessions.Verify(ctx, token)
		require.NoError(t, err)
		require.Equal(t, revoked, has)
	}
}

// After concurrent grants and revokes, the sessions match the account.
func TestSessionsEndAsTheAccountDoes(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	users, sessions := newUsers(t)
	token, ada := logIn(t, users, sessions, "ada")
	for range 30 {
		var group errgroup.Group
		for _, change := range []func() error{
			func() error { _, err := users.Grant(ctx, "ada", Access{Admin: true}); return err },
			func() error { _, err := users.Revoke(ctx, "ada", Access{Admin: true}); return err },
			func() error { _, err := users.Grant(ctx, "ada", Access{Grocery: true}); return err },
			func() error { _, err := users.Revoke(ctx, "ada", Access{Grocery: true}); return err },
		} {
			group.Go(change)
		}
		require.NoError(t, group.Wait())
		is, err := users.store.UserByID(ctx, ada.ID)
		require.NoError(t, err)
		has, err := sessions.Verify(ctx, token)
		require.NoError(t, err)
		require.Equal(t, Identity(is), has)
	}
}

// A disabling that is slow to end sessions spares a login made after re-enabling, but ends earlier
// ones, even if their rights changed since.
func TestSlowDisablingEndsNoLaterLogin(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	users, sessions := newUsers(t)
	before, ada := logIn(t, users, sessions, "ada")
	disabled, err := users.store.ChangeUser(ctx, ada.ID, func(user *events.User) { user.Disabled = true })
	require.NoError(t, err)
	require.NoError(t, users.Enable(ctx, "ada"))
	_, err = users.Grant(ctx, "ada", Access{Grocery: true})
	require.NoError(t, err)
	is, err := users.find(ctx, "ada")
	require.NoError(t, err)
	after, err := sessions.Create(ctx, Identity(is), "test")
	require.NoError(t, err)

	ended, err := sessions.EndBegunBefore(ctx, Identity(disabled))
	require.NoError(t, err)
	require.Equal(t, 1, ended)
	_, err = sessions.Verify(ctx, before)
	require.ErrorIs(t, err, identity.ErrNoSession)
	_, err = sessions.Verify(ctx, after)
	require.NoError(t, err)
}

// A new primary that lacks the old one's last changes reuses their versions. Its rights win.
func TestRightsOfALaterEpochCount(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	users, sessions := newUsers(t)
	token, ada := logIn(t, users, sessions, "ada")
	lost := Identity(ada)
	lost.Admin, lost.Version = true, ada.Version+7
	_, err := sessions.Refresh(ctx, lost)
	require.NoError(t, err)
	now := Identity(ada)
	now.Epoch, now.Version = 1, ada.Version+1
	for _, state := range []identity.User{now, lost} {
		_, err := sessions.Refresh(ctx, state)
		require.NoError(t, err)
		has, err := sessions.Verify(ctx, token)
		require.NoError(t, err)
		require.Equal(t, now, has)
	}
}

func logIn(t *testing.T, users *Users, sessions *identity.Sessions, name string) (string, recipestore.Account) {
	t.Helper()
	ctx := testkit.Context(t)
	_, err := users.Add(ctx, New{Name: name, Password: "correct horse battery"})
	require.NoError(t, err)
	user, err := users.find(ctx, name)
	require.NoError(t, err)
	token, err := sessions.Create(ctx, Identity(user), "test")
	require.NoError(t, err)
	return token, user
}
