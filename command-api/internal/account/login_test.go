package account

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/internal/identity"
	"larder.dev/internal/postgres"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/internal/tables"
	"larder.dev/internal/testkit"
)

func migrate(ctx context.Context, url string) error {
	return postgres.Migrate(ctx, url, tables.Migrations(), slog.New(slog.DiscardHandler))
}

func newUsers(t *testing.T) (*Users, *identity.Sessions) {
	t.Helper()
	ctx := testkit.Context(t)
	pool, err := postgres.Open(context.Background(), testkit.Postgres(t, migrate), postgres.Options{Application: "test"})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	client, err := redis.Open(ctx, testkit.Redis(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	sessions := identity.NewSessions(client)
	return NewUsers(recipestore.NewStore(pool, func() {}), sessions, identity.NewPasswords(), readyourwrites.NewMarks(client)), sessions
}

// If the password changes between checking the old one and opening a session, that session ends:
// the change was meant to lock its user out.
func TestPasswordChangeDuringLoginEndsTheNewSession(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	users, sessions := newUsers(t)
	_, err := users.Add(ctx, New{Name: "ada", Password: "the old password"})
	require.NoError(t, err)
	checked, err := users.find(ctx, "ada")
	require.NoError(t, err)
	require.NoError(t, users.SetPassword(ctx, "ada", "another password"))
	token, err := sessions.Create(ctx, Identity(checked), "test")
	require.NoError(t, err)
	require.ErrorIs(t, users.confirm(ctx, checked, token), ErrRefused)
	_, err = sessions.Verify(ctx, token)
	require.ErrorIs(t, err, identity.ErrNoSession)

	now, err := users.find(ctx, "ada")
	require.NoError(t, err)
	token, err = sessions.Create(ctx, Identity(now), "test")
	require.NoError(t, err)
	require.NoError(t, users.confirm(ctx, now, token))
	_, err = sessions.Verify(ctx, token)
	require.NoError(t, err)
}
