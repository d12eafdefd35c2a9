package commandapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/testkit"
	"larder.dev/operate/transfer"
)

// Without the lease, no tool changes the database or the stream.
func TestNothingIsWrittenWithoutTheLease(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ctx := testkit.Context(t)
	_, recipe, _ := l.journal("ada")
	ada, err := l.api.Users().Find(ctx, "ada")
	require.NoError(t, err)
	_, err = l.conn.Purge(ctx, events.Stream, "") // so that there is something to publish
	require.NoError(t, err)
	rows := l.count(`SELECT count(*) FROM event_log`)

	replaced := errors.New("another one is the primary")
	deps := l.deps
	deps.MayWrite = func() error { return replaced }
	tool, err := commandapi.New(deps)
	require.NoError(t, err)
	users := tool.Users()
	for name, write := range map[string]func() error{
		"user add": func() error {
			_, err := users.Add(ctx, commandapi.NewUser{Name: "bob", Password: password})
			return err
		},
		"user set-password": func() error { return users.SetPassword(ctx, "ada", "another long password") },
		"user grant":        func() error { _, err := users.Grant(ctx, "ada", commandapi.Access{Admin: true}); return err },
		"user revoke":       func() error { _, err := users.Revoke(ctx, "ada", commandapi.Access{Grocery: true}); return err },
		"user disable":      func() error { return users.Disable(ctx, "ada") },
		"user enable":       func() error { return users.Enable(ctx, "ada") },
		"user delete":       func() error { _, err := users.Delete(ctx, "ada"); return err },
		"import": func() error {
			_, err := transfer.Import(ctx, tool, ada.ID, strings.NewReader(`{"name":"Soup"}`), transfer.Options{})
			return err
		},
		"events republish": func() error {
			_, err := tool.Republish(ctx, l.conn, commandapi.RepublishOptions{})
			return err
		},
		"reconcile --repair": func() error {
			return tool.Ledger().PublishAgain(ctx, l.conn, events.RecipeSubject(ada.ID, recipe))
		},
	} {
		require.ErrorIs(t, write(), replaced, name)
	}
	require.Equal(t, rows, l.count(`SELECT count(*) FROM event_log`))
	require.Empty(t, l.stream())
}

// An import isn't reported as done if another primary takes over during it.
func TestImportEndsWithTheLease(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ctx, cancel := context.WithCancel(testkit.Context(t))
	defer cancel()
	ada := l.user("ada", commandapi.Access{})
	replaced := errors.New("another one is the primary")
	asked := 0
	deps := l.deps
	deps.MayWrite = func() error {
		asked++
		if asked > 2 { // before the first transaction, and before reporting success
			return replaced
		}
		return nil
	}
	tool, err := commandapi.New(deps)
	require.NoError(t, err)
	lines := strings.Repeat("{\"name\":\"Soup\"}\n", 100) + strings.Repeat("{\"name\":\"Stew\"}\n", 100)
	progress, err := transfer.Import(ctx, tool, ada.id, strings.NewReader(lines), transfer.Options{})
	require.ErrorIs(t, err, replaced)
	require.Equal(t, 1, progress.Added)
	require.Equal(t, 1, l.count(`SELECT count(*) FROM recipes`))
	ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"Salad"}`))
}
