package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/cmd/larder/internal/clients"
	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
	"larder.dev/internal/topology"
	"larder.dev/operate/transfer"
)

// A failover that begins while a tool works stops its writes, even if the old primary couldn't be
// told.
func TestToolStopsWritingAtAFailover(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	lay := func(ctx context.Context, url string) error {
		return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	}
	backup := testkit.BackupPostgres(t, lay)
	larder := &connection{Clients: clients.New(clients.Options{
		Addresses: stores.Addresses{PostgresURL: testkit.Postgres(t, lay), BackupPostgresURL: backup, RedisURL: testkit.Redis(t)},
		Name:      toolName, Log: testkit.Logger(t),
	})}
	t.Cleanup(func() { require.NoError(t, larder.disconnect()) })
	api, err := larder.command(ctx, testkit.Logger(t))
	require.NoError(t, err)
	ada, err := api.Users().Add(ctx, commandapi.NewUser{Name: "ada", Password: "correct horse battery"})
	require.NoError(t, err)

	lines, input := io.Pipe()
	ended := make(chan error, 1)
	began := make(chan struct{}, 1)
	go func() {
		_, err := transfer.Import(ctx, api, ada.ID, lines, transfer.Options{Progress: func(transfer.Progress) {
			select {
			case began <- struct{}{}:
			default:
			}
		}})
		ended <- err
	}()
	recipes := strings.Repeat("{\"name\":\"Soup\"}\n", 100)
	_, err = io.WriteString(input, recipes)
	require.NoError(t, err)
	<-began

	// The failover reaches the backup, but not the primary.
	other, err := postgres.Open(ctx, backup, postgres.Options{Application: "test"})
	require.NoError(t, err)
	t.Cleanup(other.Close)
	require.NoError(t, topology.SetRole(ctx, other, 1, topology.Promoting))
	require.Eventually(t, func() bool { return larder.Watching().MayWrite() != nil }, topology.Lease, 10*time.Millisecond)

	_, err = io.WriteString(input, recipes)
	require.NoError(t, err)
	require.NoError(t, input.Close())
	require.ErrorIs(t, <-ended, topology.ErrNotConfirmed)
	require.ErrorIs(t, api.Users().Disable(ctx, "ada"), topology.ErrNotConfirmed)
}
