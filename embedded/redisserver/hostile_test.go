package redisserver_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"larder.dev/embedded/redisserver"
	"larder.dev/internal/testkit"
)

// No input without the password crashes the server or fills its memory; with the password, memory
// is bounded by what the client sends.
func TestHostileBytes(t *testing.T) {
	t.Parallel()
	for _, tcp := range []bool{true, false} {
		server, err := redisserver.Start(redisserver.Options{Dir: t.TempDir(), TCP: tcp})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, server.Stop()) })
		options, err := redis.ParseURL(server.URL())
		require.NoError(t, err)
		login := fmt.Sprintf("*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n", len(options.Password), options.Password)
		for _, attack := range testkit.HostileBytes() {
			before := taken()
			require.NotContains(t, send(t, options, attack), "+", "%.40q", attack)
			send(t, options, login+attack)
			require.Less(t, taken()-before, uint64(64<<20), "%.40q", attack)
		}
		for _, command := range []string{"SETRANGE a 9000000000000 x", "SETBIT a 4294967295 1", "SRANDMEMBER a -9000000000000", "SUBSCRIBE a"} {
			require.Contains(t, dial(t, server.URL())(command), "-ERR", command)
		}
		require.NoError(t, connect(t, server.URL()).Ping(testContext(t)).Err())
	}
}

// send returns the server's answers until it closes the connection.
func send(tb testing.TB, options *redis.Options, bytes string) string {
	tb.Helper()
	conn, err := (&net.Dialer{}).DialContext(tb.Context(), options.Network, options.Addr)
	require.NoError(tb, err)
	defer conn.Close()
	require.NoError(tb, conn.SetDeadline(time.Now().Add(patience)))
	_, _ = conn.Write([]byte(bytes)) // the server may have refused the beginning
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	answer, _ := io.ReadAll(conn)
	return string(answer)
}

// taken returns the bytes allocated since the process began.
func taken() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// Silent connections don't lock others out, and a wrong password is answered late and only once.
func TestStrangersTakeNoPlaces(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	options, err := redis.ParseURL(server.URL())
	require.NoError(t, err)
	for range 2000 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), options.Network, options.Addr)
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
	}
	require.NoError(t, connect(t, server.URL()).Ping(testContext(t)).Err())
	began := time.Now()
	guesses := strings.Repeat("*2\r\n$4\r\nAUTH\r\n$5\r\nwrong\r\n", 3)
	require.Equal(t, 1, strings.Count(send(t, options, guesses), "-WRONGPASS"))
	require.Greater(t, time.Since(began), 300*time.Millisecond)
}

// A folder whose path is too long for a socket gets a private one elsewhere, at the same place
// after a restart.
func TestLongFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + strings.Repeat("/a-long-name-of-a-folder", 8)
	first := start(t, dir)
	options, err := redis.ParseURL(first.URL())
	require.NoError(t, err)
	require.Less(t, len(options.Addr), 104)
	folder := options.Addr[:strings.LastIndex(options.Addr, "/")]
	info, err := os.Stat(folder)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	require.NoError(t, first.Stop())
	require.NoDirExists(t, folder)
	second := start(t, dir)
	require.Equal(t, first.URL(), second.URL())
	require.NoError(t, second.Stop())
	require.NoError(t, os.Symlink(t.TempDir(), folder), "somebody else takes the place")
	t.Cleanup(func() { require.NoError(t, os.Remove(folder)) })
	require.NotEqual(t, first.URL(), start(t, dir).URL())
}

// Whatever an authenticated client sends, the server survives.
func FuzzBytes(f *testing.F) {
	server, err := redisserver.Start(redisserver.Options{Dir: f.TempDir(), Keep: keep})
	require.NoError(f, err)
	f.Cleanup(func() { require.NoError(f, server.Stop()) })
	options, err := redis.ParseURL(server.URL())
	require.NoError(f, err)
	for _, attack := range testkit.HostileBytes() {
		f.Add([]byte(attack))
	}
	f.Add([]byte("*3\r\n$3\r\nSET\r\n$9\r\nsession:a\r\n$1\r\nx\r\n*2\r\n$3\r\nGET\r\n$9\r\nsession:a\r\n"))
	f.Add([]byte("*4\r\n$8\r\nGETRANGE\r\n$1\r\na\r\n$19\r\n9000000000000000000\r\n$20\r\n-9000000000000000000\r\n"))
	login := fmt.Sprintf("*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n", len(options.Password), options.Password)
	f.Fuzz(func(t *testing.T, bytes []byte) {
		send(t, options, string(bytes))
		send(t, options, login+string(bytes))
		require.Contains(t, send(t, options, login+"*1\r\n$4\r\nPING\r\n"), "+PONG")
	})
}
