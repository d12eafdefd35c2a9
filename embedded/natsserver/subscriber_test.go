package natsserver_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"larder.dev/embedded/natsserver"
	"larder.dev/internal/natsaccounts"
	"larder.dev/internal/natsaccounts/accountstest"
)

// A named subscriber reads only through its own consumer, and the shared feed address reaches
// nobody's. A removed subscriber is disconnected, and all other connections stay.
func TestSubscribers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := start(t, dir)
	to := func(url string, more ...nats.Option) accountstest.Connect {
		return func(t *testing.T, options ...nats.Option) *nats.Conn {
			t.Helper()
			conn, err := nats.Connect(url, append(options, more...)...)
			require.NoError(t, err)
			t.Cleanup(conn.Close)
			return conn
		}
	}
	accountstest.RunSubscriber(t, accountstest.Subscribers{
		Publisher: to(server.PublisherURL(), nats.CustomInboxPrefix(natsaccounts.InboxPrefix)),
		App:       to(server.AppURL(), nats.NoReconnect()), Reader: to(server.FeedURL()),
		Add: func(t *testing.T, name string) accountstest.Connect {
			t.Helper()
			require.NoError(t, natsserver.AddSubscriber(dir, name))
			require.NoError(t, server.Reload())
			address, err := os.ReadFile(natsserver.SubscriberURLFile(dir, name))
			require.NoError(t, err)
			return to(strings.TrimSpace(string(address)))
		},
		Remove: func(t *testing.T, name string) {
			t.Helper()
			require.NoError(t, natsserver.RemoveSubscriber(dir, name))
			require.NoError(t, server.Reload())
		},
	})
	require.Less(t, accountstest.Fill(t, to(server.FeedURL())(t)), 128, "nobody makes consumers without end")
}

// A subscriber can't take another login's name or a malformed one, and their number is limited.
func TestSubscriberNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"", "grocery-app", "feed", "a.b", "*", ">", "../x", "Pantry", strings.Repeat("x", 41), "-x"} {
		require.ErrorIs(t, natsserver.AddSubscriber(dir, name), natsaccounts.ErrSubscriberName, name)
	}
	require.ErrorIs(t, natsserver.RemoveSubscriber(dir, "pantry"), natsaccounts.ErrNoSubscriber)
	for i := range natsaccounts.MaxSubscribers {
		require.NoError(t, natsserver.AddSubscriber(dir, fmt.Sprint("pantry", i)))
	}
	require.NoError(t, natsserver.AddSubscriber(dir, "pantry0"), "it is there already")
	require.ErrorIs(t, natsserver.AddSubscriber(dir, "onemore"), natsaccounts.ErrTooManySubscribers)
}
