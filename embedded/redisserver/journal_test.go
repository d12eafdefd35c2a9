package redisserver

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/proto"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func open(t *testing.T, path string) *journal {
	t.Helper()
	opened, err := openJournal(path, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return opened
}

func set(key, value string) []change {
	return []change{{Verb: verbSet, Key: []byte(key), Value: []byte(value)}}
}

// A line cut off by a crash, at any byte, loses only that line.
func TestTornLastLineIsDropped(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	written := open(t, path)
	now := time.Now()
	require.NoError(t, written.append(set("a", "first"), now))
	whole := written.size
	require.NoError(t, written.append(set("a", "second"), now))
	require.NoError(t, written.close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for size := whole; size < int64(len(text)); size++ {
		require.NoError(t, os.WriteFile(path, text[:size], 0o600))
		read := open(t, path)
		require.Equal(t, "first", read.state.entries["a"].value)
		require.NoError(t, read.close())
	}
	garbled := append([]byte{}, text...)
	garbled[len(text)-5] ^= 1 // the end reached the disk, the middle didn't
	require.NoError(t, os.WriteFile(path, garbled, 0o600))
	read := open(t, path)
	require.Equal(t, "first", read.state.entries["a"].value)
	require.NoError(t, read.close())
}

// Damage in the middle could revive an ended session: everything is forgotten, and the file is set
// aside for inspection.
func TestDamageInTheMiddleForgetsAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	written := open(t, path)
	require.NoError(t, written.append(set("a", "first"), time.Now()))
	require.NoError(t, written.append(set("b", "second"), time.Now()))
	require.NoError(t, written.close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	text[20] ^= 1
	require.NoError(t, os.WriteFile(path, text, 0o600))
	read := open(t, path)
	require.Empty(t, read.state.entries)
	require.FileExists(t, path+".damaged")
	require.NoError(t, read.close())
}

// The journal stays small however often a key is written.
func TestJournalIsCompacted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	written := open(t, path)
	written.compact = 10_000
	for n := range 300 {
		require.NoError(t, written.append(set("a", strconv.Itoa(n)), time.Now()))
		if written.size < 1000 {
			written.compact = 10_000
		}
	}
	require.Less(t, written.size, int64(11_000))
	require.NoError(t, written.close())
	read := open(t, path)
	require.Equal(t, "299", read.state.entries["a"].value)
	require.NoError(t, read.close())
}

// A failed write takes effect nowhere, and the next one repairs the file.
func TestFailedWriteIsNotMade(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	written := open(t, path)
	require.NoError(t, written.append(set("a", "first"), time.Now()))
	require.NoError(t, written.file.Close()) // the next write fails, as on a removed disk
	require.Error(t, written.append(set("a", "second"), time.Now()))
	require.Equal(t, "first", written.state.entries["a"].value)
	require.NoError(t, written.append(set("b", "third"), time.Now()))
	require.NoError(t, written.close())
	read := open(t, path)
	require.Equal(t, "first", read.state.entries["a"].value)
	require.Equal(t, "third", read.state.entries["b"].value)
	require.NoError(t, read.close())
}

// A client whose write can't be journaled gets an error, and the server doesn't apply it, inside a
// transaction or outside.
func TestClientIsToldOfAFailedWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, err := Start(Options{Dir: dir, TCP: true, Keep: func(string) bool { return true }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	client, err := proto.Dial(server.address.Host)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	do := func(words ...string) string {
		answer, err := client.Do(words...)
		require.NoError(t, err)
		return answer
	}
	require.Contains(t, do("AUTH", server.password), "OK")

	breakDisk := func() { require.NoError(t, server.journal.file.Close()) }
	breakDisk()
	require.Contains(t, do("SET", "a", "x"), "MISCONF")
	require.False(t, server.redis.Exists("a"))
	require.Contains(t, do("SET", "a", "x"), "OK")

	do("MULTI")
	do("SET", "b", "x")
	breakDisk()
	require.Contains(t, do("EXEC"), "MISCONF")
	require.False(t, server.redis.Exists("b"))
	require.Contains(t, do("SET", "b", "y"), "OK", "the transaction is over")
	require.True(t, server.redis.Exists("b"))
}

// Any journal text is read without a panic, and the result can be read again.
func FuzzReplay(f *testing.F) {
	line, err := encode(record{At: 1, Changes: set("a", "b")})
	require.NoError(f, err)
	f.Add(line)
	f.Add(append(line, line...))
	f.Add([]byte("00000000 {}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		first := open(t, path)
		require.NoError(t, first.close())
		second := open(t, path)
		require.NoError(t, second.close())
		require.True(t, maps.EqualFunc(first.state.entries, second.state.entries, entry.same))
	})
}

// The journal's state equals the server's, for any commands, times and restarts.
func TestJournalFollowsTheServer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		redis := miniredis.NewMiniRedis()
		require.NoError(t, redis.Start())
		defer redis.Close()
		client, err := proto.Dial(redis.Addr())
		require.NoError(t, err)
		defer client.Close()
		now := time.UnixMilli(1_700_000_000_000)
		redis.SetTime(now)
		state := newState()
		var text []byte
		for range rapid.IntRange(0, 30).Draw(t, "commands") {
			command := drawCommand(t)
			changes, err := parse(command[0], command[1:], func(string) bool { return true }, now)
			require.NoError(t, err)
			line, err := encode(record{At: now.UnixMilli(), Changes: changes})
			require.NoError(t, err)
			text = append(text, line...)
			state.apply(changes, now)
			_, err = client.Do(command...)
			require.NoError(t, err)
			passed := time.Duration(rapid.IntRange(0, 3000).Draw(t, "milliseconds")) * time.Millisecond
			now = now.Add(passed)
			redis.SetTime(now)
			redis.FastForward(passed)
			requireSame(t, redis, state, now)
		}
		replayed := newState()
		require.NoError(t, replay(text, replayed))
		requireSame(t, redis, replayed, now)
	})
}

func drawCommand(t *rapid.T) []string {
	key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
	member := rapid.SampledFrom([]string{"x", "y", "\xff\x00"}).Draw(t, "member")
	seconds := strconv.Itoa(rapid.IntRange(1, 6).Draw(t, "seconds"))
	return rapid.SampledFrom([][]string{
		{"SET", key, member},
		{"SET", key, member, "EX", seconds},
		{"SET", key, member, "PX", seconds + "000"},
		{"SET", key, member, "KEEPTTL"},
		{"DEL", key, "a"},
		{"SADD", key, member, "z"},
		{"SREM", key, member},
		{"EXPIRE", key, seconds},
		{"PEXPIRE", key, seconds + "000"},
		{"EXPIREAT", key, fmt.Sprint(1_700_000_000 + rapid.IntRange(-3, 60).Draw(t, "at"))},
		{"FLUSHALL"},
	}).Draw(t, "command")
}

func requireSame(t *rapid.T, redis *miniredis.Miniredis, state *state, now time.Time) {
	for _, key := range []string{"a", "b", "c"} {
		journaled, known := state.get(key, now)
		server, exists := held(redis, key, now)
		require.Equal(t, exists, known, key)
		require.Equal(t, server, journaled, key)
	}
}
