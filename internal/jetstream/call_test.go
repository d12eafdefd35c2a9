package jetstream_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
)

// A handler's replies arrive in order, and the call ends with the handler.
func TestCallGetsEveryReply(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	stop, err := conn.Serve("ask", "queue", func(_ context.Context, request []byte, reply func([]byte) error) error {
		return errors.Join(reply(append(request, '1')), reply(append(request, '2')))
	})
	require.NoError(t, err)
	defer stop()
	require.NoError(t, conn.Flush(t.Context()))
	var replies []string
	err = conn.Call(t.Context(), "ask", []byte("q"), func(reply []byte) error {
		replies = append(replies, string(reply))
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"q1", "q2"}, replies)
}

// A handler's error message reaches the caller.
func TestCallFails(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	stop, err := conn.Serve("ask", "", func(context.Context, []byte, func([]byte) error) error {
		return errors.New("no milk left")
	})
	require.NoError(t, err)
	defer stop()
	require.NoError(t, conn.Flush(t.Context()))
	err = conn.Call(t.Context(), "ask", nil, nil)
	var remote *jetstream.RemoteError
	require.ErrorAs(t, err, &remote)
	require.Equal(t, "no milk left", remote.Text)
}

// A call without a responder fails at once.
func TestCallWithoutResponder(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	require.ErrorIs(t, conn.Call(t.Context(), "ask", nil, nil), jetstream.ErrNoResponder)
	require.ErrorIs(t, conn.CallAll(t.Context(), "ask", nil, nil), jetstream.ErrNoResponder)
}

// Cancelling a call ends the handler's work in the other process.
func TestCancelledCallEndsTheHandler(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	begun, ended := make(chan struct{}), make(chan struct{})
	stop, err := conn.Serve("ask", "", func(ctx context.Context, _ []byte, _ func([]byte) error) error {
		close(begun)
		<-ctx.Done()
		close(ended)
		return ctx.Err()
	})
	require.NoError(t, err)
	defer stop()
	require.NoError(t, conn.Flush(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	failure := make(chan error, 1)
	go func() { failure <- conn.Call(ctx, "ask", nil, nil) }()
	testkit.Wait(t, begun, "the handler")
	cancel()
	testkit.Wait(t, ended, "the end of the handler")
	require.ErrorIs(t, testkit.Wait(t, failure, "the end of the call"), context.Canceled)
}

// CallAll reaches every process, Call one of a queue.
func TestCallAllHearsEverybody(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	other := dial(t, server.URL())
	require.NoError(t, other.WaitReady(t.Context()))
	for name, c := range map[string]*jetstream.Conn{"one": conn, "two": other} {
		answer := func(_ context.Context, _ []byte, reply func([]byte) error) error { return reply([]byte(name)) }
		for _, queue := range []string{"", "queue"} {
			stop, err := c.Serve("ask"+queue, queue, answer)
			require.NoError(t, err)
			t.Cleanup(stop)
		}
		require.NoError(t, c.Flush(t.Context()))
	}
	heard := func(call func(context.Context, string, []byte, func([]byte) error) error, subject string) (names []string) {
		require.NoError(t, call(t.Context(), subject, nil, func(reply []byte) error {
			names = append(names, string(reply))
			return nil
		}))
		return names
	}
	require.ElementsMatch(t, []string{"one", "two"}, heard(conn.CallAll, "ask"))
	require.Len(t, heard(conn.Call, "askqueue"), 1)
	both := func(ctx context.Context, subject string, request []byte, fn func([]byte) error) error {
		return conn.CallKnown(ctx, subject, request, 2, fn)
	}
	require.ElementsMatch(t, []string{"one", "two"}, heard(both, "ask"))
}
