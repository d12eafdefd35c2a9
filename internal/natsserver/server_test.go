package natsserver_test

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/natsserver"
	"larder.dev/internal/serverfolder"
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
	return stream(t, connect(t, server.URL(), nats.CustomInboxPrefix(natsserver.InboxPrefix)))
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
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "GROCERY", Subjects: []string{"grocery.>"}})
	require.NoError(t, err)
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// What was acknowledged is there after a restart, at the same address.
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

// The subscriber's address is kept in a file that only its owner can read.
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

// Without a password nobody gets in, and with a wrong one neither.
func TestPasswordIsNeeded(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	_, host, _ := strings.Cut(server.URL(), "@")
	for _, address := range []string{"nats://" + host, "nats://larder:wrong@" + host, "nats://grocery@" + host} {
		_, err := nats.Connect(address)
		require.ErrorIs(t, err, nats.ErrAuthorization, address)
	}
}

// Two processes can't run a server on one folder.
func TestFolderInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, dir)
	_, err := natsserver.Start(natsserver.Options{Dir: dir})
	require.ErrorIs(t, err, serverfolder.ErrInUse)
}

// A port that was asked for and is taken is an error; one that is only remembered is given up.
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

// A folder that can't be written is an error that names it.
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

// The subscriber reads the feed by a consumer of its own, in each way that a client library has, and
// by a plain subscription.
func TestSubscriberReadsTheFeed(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	server := start(t, t.TempDir())
	ours := own(t, server)
	createStreams(ctx, t, ours)
	conn := connect(t, server.FeedURL())
	heard, err := conn.SubscribeSync("grocery.>")
	require.NoError(t, err)
	require.NoError(t, conn.Flush())
	_, err = ours.Publish(ctx, "grocery.ada.added", []byte("flour"))
	require.NoError(t, err)

	message, err := heard.NextMsgWithContext(ctx)
	require.NoError(t, err)
	require.Equal(t, "flour", string(message.Data))

	feed, err := stream(t, conn).Stream(ctx, "GROCERY")
	require.NoError(t, err)
	durable, err := feed.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{Durable: "app", FilterSubject: "grocery.*.added"})
	require.NoError(t, err)
	ordered, err := feed.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	require.NoError(t, err)
	for _, consumer := range []jetstream.Consumer{durable, ordered} {
		message, err := consumer.Next(jetstream.FetchContext(ctx))
		require.NoError(t, err)
		require.Equal(t, "flour", string(message.Data()))
	}

	_, err = ours.Publish(ctx, "grocery.ada.added", []byte("eggs"))
	require.NoError(t, err)
	second, err := durable.Next(jetstream.FetchContext(ctx))
	require.NoError(t, err)
	require.NoError(t, second.DoubleAck(ctx))
	info, err := durable.Info(ctx)
	require.NoError(t, err)
	require.Equal(t, uint64(2), info.Delivered.Stream)
	require.NoError(t, feed.DeleteConsumer(ctx, "app"))

	old, err := conn.JetStream()
	require.NoError(t, err)
	pushed, err := old.SubscribeSync("grocery.>", nats.BindStream("GROCERY"), nats.OrderedConsumer())
	require.NoError(t, err)
	message, err = pushed.NextMsgWithContext(ctx)
	require.NoError(t, err)
	require.Equal(t, "flour", string(message.Data))
}

// The subscriber is refused everything else: it can't send, listen to anyone else, read or change
// another stream, or change the one that it reads.
func TestSubscriberIsRefusedEverythingElse(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	server := start(t, t.TempDir())
	createStreams(ctx, t, own(t, server))
	refusals := make(chan error, 1)
	conn := connect(t, server.FeedURL(), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		refusals <- err
	}))

	for _, subject := range []string{
		"larder.recipe.ada.soup", "larder.user.ada", "grocery.ada.added", "grocery.x", "control.rebuild",
		"_INBOX_larder.x", "_INBOX.x", "$JS.API.INFO",
		"$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST", "$JS.API.STREAM.INFO.LARDER",
		"$JS.API.STREAM.CREATE.MINE", "$JS.API.STREAM.UPDATE.GROCERY", "$JS.API.STREAM.PURGE.GROCERY",
		"$JS.API.STREAM.DELETE.GROCERY", "$JS.API.STREAM.MSG.DELETE.GROCERY", "$JS.API.STREAM.MSG.GET.GROCERY",
		"$JS.API.STREAM.PURGE.LARDER", "$JS.API.STREAM.MSG.GET.LARDER", "$JS.API.STREAM.SNAPSHOT.GROCERY",
		"$JS.API.DIRECT.GET.LARDER", "$JS.API.DIRECT.GET.LARDER.larder.recipe.ada.soup",
		"$JS.API.CONSUMER.CREATE.LARDER", "$JS.API.CONSUMER.CREATE.LARDER.mine", "$JS.API.CONSUMER.DURABLE.CREATE.LARDER.mine",
		"$JS.API.CONSUMER.LIST.LARDER", "$JS.API.CONSUMER.NAMES.LARDER", "$JS.API.CONSUMER.INFO.LARDER.search",
		"$JS.API.CONSUMER.MSG.NEXT.LARDER.search", "$JS.API.CONSUMER.DELETE.LARDER.search",
		"$JS.ACK.LARDER.search.1.1.1.1.0", "$JS.API.META.LEADER.STEPDOWN", "$SYS.REQ.SERVER.PING", "$KV.parked.x",
	} {
		require.NoError(t, conn.PublishRequest(subject, "_INBOX.reply", []byte("{}")), subject)
		require.ErrorIs(t, refusal(ctx, t, refusals, subject), nats.ErrPermissionViolation, subject)
	}
	for _, subject := range []string{
		"larder.>", "larder.recipe.ada.soup", ">", "*.>", "*.ada.added", "_INBOX_larder.>", "$JS.>", "$JS.API.>", "$SYS.>", "$KV.>",
	} {
		_, err := conn.SubscribeSync(subject)
		require.NoError(t, err, subject)
		require.ErrorIs(t, refusal(ctx, t, refusals, subject), nats.ErrPermissionViolation, subject)
	}
}

func refusal(ctx context.Context, t *testing.T, refusals <-chan error, subject string) error {
	t.Helper()
	select {
	case err := <-refusals:
		return err
	case <-ctx.Done():
		t.Fatalf("%s was not refused", subject)
		return nil
	}
}

// A consumer on the feed can't be made to read another stream.
func TestSubscribersConsumerStaysOnTheFeed(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	server := start(t, t.TempDir())
	ours := own(t, server)
	createStreams(ctx, t, ours)
	_, err := ours.Publish(ctx, "larder.recipe.ada.soup", []byte("secret"))
	require.NoError(t, err)
	conn := connect(t, server.FeedURL())
	body, err := json.Marshal(map[string]any{
		"stream_name": "LARDER", "config": map[string]any{"name": "mine", "durable_name": "mine", "ack_policy": "explicit"},
	})
	require.NoError(t, err)
	answer, err := conn.RequestWithContext(ctx, "$JS.API.CONSUMER.CREATE.GROCERY.mine", body)
	require.NoError(t, err)
	require.Contains(t, string(answer.Data), `"error"`)
	require.NotContains(t, string(answer.Data), "secret")
}

func portOf(t *testing.T, listener *net.TCPListener) int {
	t.Helper()
	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)
	return address.Port
}
