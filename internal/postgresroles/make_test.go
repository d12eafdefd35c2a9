package postgresroles_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/postgres"
	"larder.dev/internal/postgresroles"
	"larder.dev/internal/testkit"
)

// newRole returns a role name unique to the test, and drops the role afterwards: roles belong to
// the whole server.
func newRole(t *testing.T, url string) string {
	t.Helper()
	name := "role_" + strings.ToLower(rand.Text())
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), url)
		require.NoError(t, err)
		_, err = conn.Exec(context.Background(), `DROP ROLE IF EXISTS `+name+`, `+name+`_2`)
		require.NoError(t, err)
		require.NoError(t, conn.Close(context.Background()))
	})
	return name
}

// enter connects to a database with a login, and returns the resulting role.
func enter(t *testing.T, url, login, password string) (role string, err error) {
	t.Helper()
	address, err := postgresroles.Address(url, login, password)
	require.NoError(t, err)
	conn, err := postgres.Connect(testkit.Context(t), address, postgres.Options{Application: "test"})
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	require.NoError(t, conn.QueryRow(testkit.Context(t), `SELECT current_user`).Scan(&role))
	return role, nil
}

// Both of a role's logins work at once, and the second one acts as the role; either can be ended.
func TestSecondLoginIsTheRole(t *testing.T) {
	t.Parallel()
	ctx, url := testkit.Context(t), testkit.Postgres(t, nil)
	name := newRole(t, url)
	require.NoError(t, postgresroles.Make(ctx, url, map[string]string{name: "old"}))
	for range 2 { // the second run changes the password
		require.NoError(t, postgresroles.Make(ctx, url, map[string]string{name + "_2": rand.Text()}))
	}
	require.NoError(t, postgresroles.Make(ctx, url, map[string]string{name + "_2": "new"}))
	for login, password := range map[string]string{name: "old", name + "_2": "new"} {
		role, err := enter(t, url, login, password)
		require.NoError(t, err)
		require.Equal(t, name, role)
	}
	require.NoError(t, postgresroles.EndOthers(ctx, url, []string{name + "_2"}))
	_, err := enter(t, url, name, "old")
	require.Equal(t, "28P01", postgres.Code(err), "%v", err)
	_, err = enter(t, url, name+"_2", "new")
	require.NoError(t, err)
}

// If an owner may not create roles, existing ones suffice if they have the passwords.
func TestRolesOfSomebodyElse(t *testing.T) {
	t.Parallel()
	ctx, url := testkit.Context(t), testkit.Postgres(t, nil)
	owner, role := newRole(t, url), newRole(t, url)
	require.NoError(t, postgresroles.Make(ctx, url, map[string]string{owner: "owner", role: "made"}))
	owners, err := postgresroles.Address(url, owner, "owner")
	require.NoError(t, err)
	require.NoError(t, postgresroles.Make(ctx, owners, map[string]string{role: "made"}))
	require.ErrorContains(t, postgresroles.Make(ctx, owners, map[string]string{role: "another"}), "permission denied")
}
