package natsserver_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"larder.dev/embedded/natsserver"
	"larder.dev/internal/datadir"
	"larder.dev/internal/natsaccounts"
	"larder.dev/internal/natsaccounts/accountstest"
)

// patience is far longer than any step takes.
const patience = 30 * time.Second

func start(t *testing.T, dir string) *natsserver.Server {
	t.Helper()
	server, err := natsserver.Start(natsserver.Options{Dir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server
}

func connect(t *testing.T, url string, options ...nats.Option) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(url, append(options, nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond))...)
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

func own(t *testing.T, server *natsserver.Server) jetstream.JetStream {
	t.Helper()
	return stream(t, connect(t, server.URL(), nats.CustomInboxPrefix(natsaccounts.InboxPrefix)))
}

func stream(t *testing.T, conn *nats.Conn) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	return js
}

func createStreams(ctx context.Context, t *testing.T, js jetstream.JetStream) {
	t.Helper()
	_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "LARDER", Subjects: []string{"larder.>"}})
	require.NoError(t, err)
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// Acknowledged messages survive a restart, and the address stays the same.
func TestRestartKeepsStreamsAndAddress(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	dir := filepath.Join(t.TempDir(), `a "folder" with ünïcode`)
	first := start(t, dir)
	js := own(t, first)
	createStreams(ctx, t, js)
	_, err := js.Publish(ctx, "larder.recipe.u.r", []byte("soup"))
	require.NoError(t, err)
	require.NoError(t, first.Stop())
	require.NoError(t, first.Stop(), "stopping twice does nothing")

	second := start(t, dir)
	require.Equal(t, first.URL(), second.URL())
	kept, err := own(t, second).Stream(ctx, "LARDER")
	require.NoError(t, err)
	message, err := kept.GetLastMsgForSubject(ctx, "larder.recipe.u.r")
	require.NoError(t, err)
	require.Equal(t, "soup", string(message.Data))
}

// The subscriber's address is in a file that only its owner can read.
func TestFeedAddressIsInAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := start(t, dir)
	path := filepath.Join(dir, "grocery-app.url")
	address, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, server.FeedURL(), strings.TrimSpace(string(address)))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// Nobody gets in without a password or with a wrong one.
func TestPasswordIsNeeded(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	_, host, _ := strings.Cut(server.URL(), "@")
	for _, address := range []string{"nats://" + host, "nats://larder:wrong@" + host, "nats://grocery@" + host} {
		_, err := nats.Connect(address)
		require.ErrorIs(t, err, nats.ErrAuthorization, address)
	}
}

// Two processes can't run servers on one folder.
func TestFolderInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, dir)
	_, err := natsserver.Start(natsserver.Options{Dir: dir})
	require.ErrorIs(t, err, datadir.ErrInUse)
}

// A requested port that is taken is an error; a remembered one is replaced.
func TestTakenPort(t *testing.T) {
	t.Parallel()
	squatter, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, squatter.Close()) })
	port := portOf(t, squatter)
	taken := strconv.Itoa(port)

	_, err = natsserver.Start(natsserver.Options{Dir: t.TempDir(), Port: port})
	require.ErrorIs(t, err, natsserver.ErrPortTaken)
	require.ErrorContains(t, err, "127.0.0.1:"+taken)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "port"), []byte(taken), 0o600))
	server := start(t, dir)
	require.NotContains(t, server.URL(), ":"+taken)
}

// An unwritable folder gives an error that names it.
func TestUnusableFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := natsserver.Start(natsserver.Options{Dir: file})
	require.ErrorContains(t, err, file)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "jetstream"), nil, 0o600))
	_, err = natsserver.Start(natsserver.Options{Dir: dir})
	require.ErrorContains(t, err, "JetStream")
}

// Accounts confine the subscriber to the feed.
func TestAccounts(t *testing.T) {
	t.Parallel()
	accountstest.Run(t, func(t *testing.T) accountstest.Server {
		t.Helper()
		server := start(t, t.TempDir())
		to := func(url string) accountstest.Connect {
			return func(t *testing.T, options ...nats.Option) *nats.Conn {
				t.Helper()
				return connect(t, url, options...)
			}
		}
		return accountstest.Server{
			Larder: to(server.URL()),
			Publisher: func(t *testing.T, options ...nats.Option) *nats.Conn {
				t.Helper()
				return connect(t, server.PublisherURL(), append(options, nats.CustomInboxPrefix(natsaccounts.InboxPrefix))...)
			},
			App: to(server.FeedURL()),
		}
	})
}

// A folder with both streams in one account migrates in place: each message once and in order, the
// subscriber's position kept, even if the process was killed between the two moves.
func TestFolderOfOneAccountGoesOn(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"whole": false, "after the feed was moved": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := testContext(t)
			dir := t.TempDir()
			oneAccount(ctx, t, dir)
			if killed {
				accounts := filepath.Join(dir, "jetstream", "jetstream")
				require.NoError(t, os.MkdirAll(filepath.Join(accounts, "FEED", "streams"), 0o700))
				require.NoError(t, os.Rename(
					filepath.Join(accounts, "$G", "streams", "GROCERY"), filepath.Join(accounts, "FEED", "streams", "GROCERY")))
			}
			for range 2 { // the second start finds nothing to move
				server := start(t, dir)
				kept, err := own(t, server).Stream(ctx, "LARDER")
				require.NoError(t, err)
				message, err := kept.GetMsg(ctx, 1)
				require.NoError(t, err)
				require.Equal(t, "soup", string(message.Data))
				_, err = own(t, server).Stream(ctx, "GROCERY")
				require.ErrorIs(t, err, jetstream.ErrStreamNotFound)

				feed, err := stream(t, connect(t, server.FeedURL())).Stream(ctx, "GROCERY")
				require.NoError(t, err)
				require.Equal(t, uint64(2), feed.CachedInfo().State.Msgs)
				app, err := feed.Consumer(ctx, "app")
				require.NoError(t, err)
				require.Equal(t, uint64(1), app.CachedInfo().AckFloor.Stream)
				require.NoError(t, server.Stop())
			}
			server := start(t, dir)
			app, err := stream(t, connect(t, server.FeedURL())).Consumer(ctx, "GROCERY", "app")
			require.NoError(t, err)
			next, err := app.Next(jetstream.FetchContext(ctx))
			require.NoError(t, err)
			require.Equal(t, "eggs", string(next.Data()))
			require.Equal(t, "2", next.Headers().Get("larder-high-water"))
		})
	}
}

// oneAccount fills a folder as the server did before accounts: two streams in the account of users
// without one, and a subscriber that has read one of two messages.
func oneAccount(ctx context.Context, t *testing.T, dir string) {
	t.Helper()
	opts := &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: filepath.Join(dir, "jetstream"),
		NoSigs: true, NoLog: true,
	}
	old, err := server.NewServer(opts)
	require.NoError(t, err)
	go old.Start()
	require.True(t, old.ReadyForConnections(patience))
	defer func() { old.Shutdown(); old.WaitForShutdown() }()
	js := stream(t, connect(t, old.ClientURL()))
	createStreams(ctx, t, js)
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "GROCERY", Subjects: []string{"grocery.*.added"}})
	require.NoError(t, err)
	_, err = js.Publish(ctx, "larder.recipe.u.r", []byte("soup"))
	require.NoError(t, err)
	for i, item := range []string{"flour", "eggs"} {
		msg := nats.NewMsg("grocery.ada.added")
		msg.Header.Set("larder-high-water", strconv.Itoa(i+1))
		msg.Data = []byte(item)
		_, err = js.PublishMsg(ctx, msg)
		require.NoError(t, err)
	}
	app, err := js.CreateConsumer(ctx, "GROCERY", jetstream.ConsumerConfig{Durable: "app"})
	require.NoError(t, err)
	first, err := app.Next(jetstream.FetchContext(ctx))
	require.NoError(t, err)
	require.NoError(t, first.DoubleAck(ctx))
}

func portOf(t *testing.T, listener *net.TCPListener) int {
	t.Helper()
	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)
	return address.Port
}
