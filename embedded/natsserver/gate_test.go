package natsserver_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"larder.dev/embedded/natsserver"
)

// knock connects to a server's port and sends text.
func knock(t *testing.T, server *natsserver.Server, text string) net.Conn {
	t.Helper()
	address, err := url.Parse(server.URL())
	require.NoError(t, err)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address.Host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(conn, text)
	require.NoError(t, err)
	return conn
}

// A wrong password is answered late and ends the connection, whatever else was sent with it.
func TestGuessesAreSlow(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	for _, guess := range []string{
		`CONNECT {"user":"larder","pass":"wrong"}`,
		`connect {"user":"larder"}`,
		`CONNECT {"user":"nobody","pass":""}`,
		`CONNECT {"auth_token":"wrong"}`,
	} {
		began := time.Now()
		answer, err := io.ReadAll(knock(t, server, strings.Repeat(guess+"\r\n", 3)))
		require.NoError(t, err)
		require.Equal(t, 1, strings.Count(string(answer), "-ERR 'Authorization Violation'"), "%s: %s", guess, answer)
		require.Greater(t, time.Since(began), 300*time.Millisecond, guess)
	}
}

// Silent connections don't lock others out: beyond the limit, the oldest are closed.
func TestStrangersTakeNoPlaces(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	first := knock(t, server, "")
	for range 500 {
		knock(t, server, "")
	}
	require.NoError(t, connect(t, server.URL()).Flush())
	began := time.Now()
	_, err := io.Copy(io.Discard, first)
	require.NoError(t, err)
	require.Less(t, time.Since(began), time.Second, "it was closed for the others, not for its silence")
}

// The gate reads no more than the length of a login before login.
func TestLongLoginIsRefused(t *testing.T) {
	t.Parallel()
	conn := knock(t, start(t, t.TempDir()), "")
	reader := bufio.NewReader(conn)
	_, err := reader.ReadString('\n') // the server's INFO line
	require.NoError(t, err)
	_, err = io.WriteString(conn, "CONNECT "+strings.Repeat("a", 4096-len("CONNECT ")))
	require.NoError(t, err)
	answer, err := reader.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "-ERR 'Maximum Control Line Exceeded'\r\n", answer)
}

// Large messages and many small ones pass the gate intact and in order. A stopping server hangs up,
// even on a program that has stopped reading.
func TestMessagesPassTheGate(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	from, to := connect(t, server.URL()), connect(t, server.URL())
	got, err := to.SubscribeSync("larder.test")
	require.NoError(t, err)
	require.NoError(t, to.Flush())
	for i := range 2000 {
		require.NoError(t, from.Publish("larder.test", []byte(fmt.Sprint(i))))
	}
	large := strings.Repeat("soup", 1<<18)
	require.NoError(t, from.Publish("larder.test", []byte(large)))
	ctx := testContext(t)
	for i := range 2000 {
		message, err := got.NextMsgWithContext(ctx)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), string(message.Data))
	}
	message, err := got.NextMsgWithContext(ctx)
	require.NoError(t, err)
	require.Equal(t, large, string(message.Data))

	address, err := url.Parse(server.URL())
	require.NoError(t, err)
	password, _ := address.User.Password()
	deaf := knock(t, server, fmt.Sprintf("CONNECT {\"user\":\"larder\",\"pass\":%q}\r\nSUB larder.test 1\r\n", password))
	require.NotNil(t, deaf)
	for range 20 {
		require.NoError(t, from.Publish("larder.test", []byte(large)))
	}
	require.NoError(t, from.Flush())
	gone := make(chan struct{})
	to.SetDisconnectErrHandler(func(*nats.Conn, error) { close(gone) })
	began := time.Now()
	require.NoError(t, server.Stop())
	require.Less(t, time.Since(began), 5*time.Second)
	wait(ctx, t, gone)
}

func wait(ctx context.Context, t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal(ctx.Err())
	}
}

// A part of the same process connects without using the port.
func TestConnectionsInThisProcess(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	conn := connect(t, server.URL(), nats.InProcessServer(server))
	require.NoError(t, conn.Flush())
	require.Equal(t, "pipe", conn.LocalAddr())
}
