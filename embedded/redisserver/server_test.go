package redisserver_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"larder.dev/embedded/redisserver"
	"larder.dev/internal/datadir"
)

// serverDir makes this test binary, started by itself, the process that a test kills.
const serverDir = "LARDER_TEST_SERVER_DIR"

// patience is far longer than any step takes.
const patience = time.Minute

func keep(key string) bool { return strings.HasPrefix(key, "session") }

func TestMain(m *testing.M) {
	dir := os.Getenv(serverDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	server, err := redisserver.Start(redisserver.Options{Dir: dir, Keep: keep})
	if err != nil {
		fmt.Fprintln(os.Stdout, "failed:", err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, server.URL())
	select {}
}

func start(t *testing.T, dir string) *redisserver.Server {
	t.Helper()
	server, err := redisserver.Start(redisserver.Options{Dir: dir, Keep: keep})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server
}

// A cache stays within its room, and other keys are left alone.
func TestRoom(t *testing.T) {
	t.Parallel()
	cached := func(key string) bool { return strings.HasPrefix(key, "recipe:") }
	server, err := redisserver.Start(redisserver.Options{
		Dir: t.TempDir(), Keep: keep, Room: redisserver.Room{Of: cached, Bytes: 10_000},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	client := connect(t, server.URL())
	for i := range 100 {
		for _, name := range []string{"recipe:%d", "session:%d", "written:%d"} {
			require.NoError(t, client.Set(testContext(t), fmt.Sprintf(name, i), strings.Repeat("x", 1000), 0).Err())
		}
	}
	require.Eventually(t, func() bool {
		left, err := client.Keys(testContext(t), "recipe:*").Result()
		return err == nil && len(left) == 10
	}, patience, 50*time.Millisecond)
	for _, others := range []string{"session:*", "written:*"} {
		left, err := client.Keys(testContext(t), others).Result()
		require.NoError(t, err)
		require.Len(t, left, 100)
	}
}

func connect(t *testing.T, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	require.NoError(t, err)
	options.MaxRetries = -1
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func get(t *testing.T, client *redis.Client, key string) string {
	t.Helper()
	value, err := client.Get(testContext(t), key).Result()
	require.NoError(t, err)
	return value
}

func missing(t *testing.T, client *redis.Client, key string) {
	t.Helper()
	require.ErrorIs(t, client.Get(testContext(t), key).Err(), redis.Nil)
}

// Kept keys survive a restart, at the same address, with the rest of their TTLs; the others are
// gone.
func TestRestartBringsBackKeptKeys(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	dir := t.TempDir()
	first := start(t, dir)
	client := connect(t, first.URL())
	binary := "a\x00b\xff\r\n"
	require.NoError(t, client.Set(ctx, "session:a", binary, time.Hour).Err())
	require.NoError(t, client.Set(ctx, "session:for-ever", "x", 0).Err())
	require.NoError(t, client.Set(ctx, "session:kept-ttl", "x", time.Hour).Err())
	require.NoError(t, client.Set(ctx, "session:kept-ttl", "y", redis.KeepTTL).Err())
	require.NoError(t, client.Set(ctx, "session:ended", "x", time.Hour).Err())
	require.NoError(t, client.Del(ctx, "session:ended", "recipe:1").Err())
	require.NoError(t, client.SAdd(ctx, "sessions:ada", "a", "b", "c").Err())
	require.NoError(t, client.SRem(ctx, "sessions:ada", "b").Err())
	require.NoError(t, client.Expire(ctx, "sessions:ada", 2*time.Hour).Err())
	require.NoError(t, client.Set(ctx, "recipe:1", "cached", time.Hour).Err())
	require.NoError(t, first.Stop())
	require.NoError(t, first.Stop(), "stopping twice does nothing")

	second := start(t, dir)
	require.Equal(t, first.URL(), second.URL())
	client = connect(t, second.URL())
	require.Equal(t, binary, get(t, client, "session:a"))
	require.InDelta(t, time.Hour, client.TTL(ctx, "session:a").Val(), float64(time.Minute))
	require.Equal(t, time.Duration(-1), client.TTL(ctx, "session:for-ever").Val())
	require.Equal(t, "y", get(t, client, "session:kept-ttl"))
	require.InDelta(t, time.Hour, client.TTL(ctx, "session:kept-ttl").Val(), float64(time.Minute))
	require.ElementsMatch(t, []string{"a", "c"}, client.SMembers(ctx, "sessions:ada").Val())
	require.InDelta(t, 2*time.Hour, client.TTL(ctx, "sessions:ada").Val(), float64(time.Minute))
	missing(t, client, "session:ended")
	missing(t, client, "recipe:1")
}

// Whatever was acknowledged before a kill -9 survives it.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	dir := t.TempDir()
	killed, url := startProcess(t, dir)
	client := connect(t, url)
	var acknowledged int
	for ; acknowledged < 200; acknowledged++ {
		if acknowledged == 150 {
			go func() { _ = killed.Process.Kill() }() // somewhere among the remaining writes
		}
		if client.Set(ctx, "session:"+strconv.Itoa(acknowledged), "x", time.Hour).Err() != nil {
			break
		}
	}
	_ = killed.Process.Kill()
	require.Error(t, killed.Wait())
	require.GreaterOrEqual(t, acknowledged, 150)

	client = connect(t, start(t, dir).URL())
	for n := range acknowledged {
		require.Equal(t, "x", get(t, client, "session:"+strconv.Itoa(n)))
	}
}

func startProcess(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	process := exec.CommandContext(t.Context(), self)
	process.Env = append(os.Environ(), serverDir+"="+dir)
	output, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	t.Cleanup(func() { _ = process.Process.Kill() }) // already dead, unless the test failed
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(line, "unix://"), line)
	return process, strings.TrimSpace(line)
}

// A transaction is kept entirely if it is executed, and not at all otherwise.
func TestTransactions(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	dir := t.TempDir()
	first := start(t, dir)
	client, other := connect(t, first.URL()), connect(t, first.URL())

	_, err := client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.Set(ctx, "session:a", "x", time.Hour)
		pipe.SAdd(ctx, "sessions:ada", "a")
		pipe.Expire(ctx, "sessions:ada", time.Hour)
		pipe.Set(ctx, "recipe:1", "cached", 0)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, "cached", get(t, client, "recipe:1"))

	// A watched key that another client changed aborts the transaction.
	require.NoError(t, client.Set(ctx, "session:old", "kept", time.Hour).Err())
	err = client.Watch(ctx, func(tx *redis.Tx) error {
		require.NoError(t, other.Set(ctx, "watched", "changed", 0).Err())
		_, err := tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			pipe.Set(ctx, "session:aborted", "x", time.Hour)
			pipe.Del(ctx, "session:old")
			return nil
		})
		return err
	}, "watched")
	require.ErrorIs(t, err, redis.TxFailedErr)

	// So does an error in one of its commands, or a DISCARD.
	raw := dial(t, first.URL())
	for _, exchange := range [][2]string{
		{"MULTI", "+OK"},
		{"SET session:spoilt x", "+QUEUED"},
		{"GET", "-ERR"},
		{"EXEC", "-EXECABORT"},
		{"MULTI", "+OK"},
		{"SET session:discarded x", "+QUEUED"},
		{"DISCARD", "+OK"},
	} {
		require.Contains(t, raw(exchange[0]), exchange[1], exchange[0])
	}
	require.NoError(t, first.Stop())

	client = connect(t, start(t, dir).URL())
	require.Equal(t, "x", get(t, client, "session:a"))
	require.Equal(t, []string{"a"}, client.SMembers(ctx, "sessions:ada").Val())
	require.Equal(t, "kept", get(t, client, "session:old"))
	for _, key := range []string{"session:aborted", "session:spoilt", "session:discarded"} {
		missing(t, client, key)
	}
}

// dial authenticates and returns a function that sends a line and reads the first line of the
// answer.
func dial(t *testing.T, url string) func(line string) string {
	t.Helper()
	options, err := redis.ParseURL(url)
	require.NoError(t, err)
	send := dialStranger(t, options.Network, options.Addr)
	require.Equal(t, "+OK", send("AUTH "+options.Password))
	return send
}

func dialStranger(t *testing.T, network, addr string) func(line string) string {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), network, addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	answers := bufio.NewReader(conn)
	return func(line string) string {
		words := strings.Fields(line)
		var request bytes.Buffer
		fmt.Fprintf(&request, "*%d\r\n", len(words))
		for _, word := range words {
			fmt.Fprintf(&request, "$%d\r\n%s\r\n", len(word), word)
		}
		_, err := conn.Write(request.Bytes())
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
		answer, err := answers.ReadString('\n')
		require.NoError(t, err)
		return strings.TrimSpace(answer)
	}
}

// Without the password, nobody can read, write, or write to the journal.
func TestStrangersAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, dir)
	options, err := redis.ParseURL(first.URL())
	require.NoError(t, err)
	for _, command := range []string{"AUTH wrong", "HELLO 3 AUTH default wrong", "AUTH ada " + options.Password} {
		require.Contains(t, dialStranger(t, options.Network, options.Addr)(command), "-WRONGPASS", command)
	}
	send := dialStranger(t, options.Network, options.Addr)
	for _, command := range []string{
		"GET session:a", "SET session:a x", "SET recipe:1 x", "DEL session:a", "FLUSHALL", "MULTI", "EXEC", "HELLO 3", "PING",
	} {
		require.Contains(t, send(command), "-NOAUTH", command)
	}
	require.NoError(t, first.Stop())
	second := start(t, dir)
	missing(t, connect(t, second.URL()), "session:a")
}

// A command that the journal can't follow is refused on a kept key, and works on others.
func TestUnsupportedWritesAreRefused(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	send := dial(t, server.URL())
	for _, command := range []string{
		"SET %s x NX", "SET %s x KEEPTTL XX", "SET %s x XX KEEPTTL", "SET %s x NX GET", "SET %s x EX 10 XX", "SETNX %s x", "APPEND %s x", "INCR %s", "HSET %s a b", "MSET a b %s c",
		"PERSIST %s", "EXPIRE %s 10 NX", "RENAME other %s", "GETDEL %s", "SPOP %s", "LPUSH %s x", "SETEX %s 10 x",
	} {
		require.Contains(t, send(fmt.Sprintf(command, "session:a")), "kept keys are written by", command)
	}
	require.Contains(t, send("SELECT 1"), "one database")
	require.Equal(t, "+OK", send("SELECT 0"))
	require.Equal(t, ":1", send("SETNX recipe:1 x"))
	require.Equal(t, ":0", send("EXPIRE session:unknown 10"))
	require.Contains(t, send("SET session:a x EX no"), "-ERR value is not an integer")
	require.Contains(t, send("SET session:a"), "-ERR wrong number")
}

// A script can write other keys, but never a kept key.
func TestScripts(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	client := connect(t, start(t, t.TempDir()).URL())
	require.NoError(t, client.Eval(ctx, "return redis.call('SET', KEYS[1], ARGV[1])", []string{"recipe:1"}, "x").Err())
	require.Equal(t, "x", get(t, client, "recipe:1"))
	require.ErrorContains(t, client.Eval(ctx, "return redis.call('SET', KEYS[1], 'x')", []string{"session:a"}).Err(), "kept keys")
	require.ErrorContains(t, client.Eval(ctx, "return redis.call('SET', 'session' .. ':a', 'x')", nil).Err(), "kept keys")
	missing(t, client, "session:a")
}

// TTLs elapse, for kept keys and others.
func TestKeysExpire(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	client := connect(t, start(t, t.TempDir()).URL())
	for _, key := range []string{"session:short", "recipe:short"} {
		require.NoError(t, client.Set(ctx, key, "x", 300*time.Millisecond).Err())
		require.Eventually(t, func() bool { return client.Exists(ctx, key).Val() == 0 }, patience, 10*time.Millisecond)
	}
}

// Keys that expired while the server was down don't come back.
func TestExpiredKeysStayGone(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	dir := t.TempDir()
	first := start(t, dir)
	client := connect(t, first.URL())
	require.NoError(t, client.Set(ctx, "session:short", "x", time.Millisecond).Err())
	require.NoError(t, client.Set(ctx, "session:past", "x", time.Hour).Err())
	require.NoError(t, client.ExpireAt(ctx, "session:past", time.Unix(1, 0)).Err())
	require.NoError(t, first.Stop())
	client = connect(t, start(t, dir).URL())
	missing(t, client, "session:past")
	require.Eventually(t, func() bool { return client.Exists(ctx, "session:short").Val() == 0 }, patience, 10*time.Millisecond)
}

// A folder serves one process, a killed server's leftover socket doesn't block it, and a port taken
// in the meantime is replaced.
func TestTakenAddressAndFolder(t *testing.T) {
	t.Parallel()
	squatter, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, squatter.Close()) })
	_, taken, err := net.SplitHostPort(squatter.Addr().String())
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "port"), []byte(taken), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "redis.sock"), nil, 0o600))
	for _, tcp := range []bool{true, false} {
		server, err := redisserver.Start(redisserver.Options{Dir: dir, TCP: tcp})
		require.NoError(t, err)
		require.NotContains(t, server.URL(), ":"+taken)
		require.NoError(t, connect(t, server.URL()).Ping(testContext(t)).Err())
		_, err = redisserver.Start(redisserver.Options{Dir: dir})
		require.ErrorIs(t, err, datadir.ErrInUse)
		require.NoError(t, server.Stop())
	}
}

// Concurrent clients leave the same state in the journal as in the server.
func TestConcurrentWritersAreJournaledInOrder(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	dir := t.TempDir()
	first := start(t, dir)
	done := make(chan error)
	for writer := range 8 {
		client := connect(t, first.URL())
		go func() {
			for n := range 25 {
				if err := client.Set(ctx, "session:shared", fmt.Sprintf("%d-%d", writer, n), time.Hour).Err(); err != nil {
					done <- err
					return
				}
			}
			done <- client.SAdd(ctx, "sessions:all", writer).Err()
		}()
	}
	for range 8 {
		require.NoError(t, <-done)
	}
	last := get(t, connect(t, first.URL()), "session:shared")
	require.NoError(t, first.Stop())
	client := connect(t, start(t, dir).URL())
	require.Equal(t, last, get(t, client, "session:shared"))
	require.EqualValues(t, 8, client.SCard(ctx, "sessions:all").Val())
}
