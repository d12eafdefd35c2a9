package redis_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
)

func open(t testing.TB) *redis.Client {
	t.Helper()
	return openAt(t, testkit.Redis(t))
}

func openAt(t testing.TB, url string) *redis.Client {
	t.Helper()
	client, err := redis.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// An invalid address is refused without repeating its password.
func TestOpenRefusesABadAddress(t *testing.T) {
	t.Parallel()
	_, err := redis.Open(t.Context(), "http://:secret@localhost")
	require.ErrorContains(t, err, "redis://")
	require.NotContains(t, err.Error(), "secret")
}

// Values come back as written, and a missing key is no failure.
func TestReadAndWriteKeys(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	require.NoError(t, client.Ping(ctx))

	require.NoError(t, client.Set(ctx, "a", []byte("one\x00\xff"), 0))
	require.NoError(t, client.SetMany(ctx, []redis.Entry{
		{Key: "b", Value: []byte("two"), TTL: time.Minute},
		{Key: "empty", Value: nil},
	}))

	value, found, err := client.Get(ctx, "a")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, []byte("one\x00\xff"), value)

	_, found, err = client.Get(ctx, "nothing")
	require.NoError(t, err)
	require.False(t, found)

	values, err := client.MGet(ctx, "b", "nothing", "empty", "a")
	require.NoError(t, err)
	require.Equal(t, [][]byte{[]byte("two"), nil, {}, []byte("one\x00\xff")}, values)

	ttl, err := client.TTL(ctx, "b")
	require.NoError(t, err)
	require.InDelta(t, time.Minute, ttl, float64(5*time.Second))

	deleted, err := client.Del(ctx, "a", "b", "nothing")
	require.NoError(t, err)
	require.Equal(t, 2, deleted)
}

// Requesting nothing sends nothing.
func TestNothingToDo(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), openAt(t, "redis://127.0.0.1:1")
	values, err := client.MGet(ctx)
	require.NoError(t, err)
	require.Empty(t, values)
	require.NoError(t, client.SetMany(ctx, nil))
	require.NoError(t, client.SAdd(ctx, "set"))
	require.NoError(t, client.SRem(ctx, "set"))
	_, err = client.Del(ctx)
	require.NoError(t, err)
	_, err = client.SetNewer(ctx, nil)
	require.NoError(t, err)
	require.NoError(t, client.Tx(ctx, func(*redis.Tx) error { return nil }))
	require.NoError(t, client.Update(ctx, nil, nil))
}

// Sets hold each member once.
func TestSets(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	require.NoError(t, client.SAdd(ctx, "set", "a", "b", "a"))
	require.NoError(t, client.SRem(ctx, "set", "b", "c"))
	members, err := client.SMembers(ctx, "set")
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, members)
	members, err = client.SMembers(ctx, "no set")
	require.NoError(t, err)
	require.Empty(t, members)
}

// A transaction whose function fails writes nothing.
func TestTxIsAllOrNothing(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	require.NoError(t, client.Tx(ctx, func(tx *redis.Tx) error {
		tx.Set("a", []byte("1"), time.Minute)
		tx.SAdd("set", "x")
		tx.Expire("set", time.Minute)
		return nil
	}))
	broken := errors.New("broken")
	err := client.Tx(ctx, func(tx *redis.Tx) error {
		tx.Del("a")
		tx.SRem("set", "x")
		return broken
	})
	require.Equal(t, broken, err)
	_, found, err := client.Get(ctx, "a")
	require.NoError(t, err)
	require.True(t, found)
	members, err := client.SMembers(ctx, "set")
	require.NoError(t, err)
	require.Equal(t, []string{"x"}, members)
}

// Concurrent updates of one key lose none.
func TestUpdateLosesNothing(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	require.NoError(t, client.Set(ctx, "count", []byte("0"), time.Minute))
	var group errgroup.Group
	for range 4 {
		group.Go(func() error {
			return client.Update(ctx, []string{"count"}, func(values [][]byte, tx *redis.Tx) error {
				n, err := strconv.Atoi(string(values[0]))
				tx.Replace("count", []byte(strconv.Itoa(n+1)))
				return err
			})
		})
	}
	require.NoError(t, group.Wait())
	value, _, err := client.Get(ctx, "count")
	require.NoError(t, err)
	require.Equal(t, "4", string(value))
	ttl, err := client.TTL(ctx, "count")
	require.NoError(t, err)
	require.Positive(t, ttl, "Replace keeps the time to live")
}

// A key deleted during an update isn't brought back.
func TestUpdateSeesADeletion(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	require.NoError(t, client.Set(ctx, "a", []byte("1"), time.Minute))
	runs := 0
	err := client.Update(ctx, []string{"a"}, func(values [][]byte, tx *redis.Tx) error {
		runs++
		if values[0] == nil {
			return nil
		}
		_, err := client.Del(ctx, "a") // another program, at the worst moment
		tx.Replace("a", []byte("2"))
		return err
	})
	require.NoError(t, err)
	require.Equal(t, 2, runs)
	_, found, err := client.Get(ctx, "a")
	require.NoError(t, err)
	require.False(t, found)
}

func versioned(key string, version int64) redis.Versioned {
	return redis.Versioned{
		Key: key, Version: version, TTL: time.Hour,
		Value: fmt.Appendf(nil, `%d {"version":%d}`, version, version),
	}
}

// A value replaces an older one, and never a newer one.
func TestSetNewer(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	for _, step := range []struct{ version, written int64 }{{9, 1}, {10, 1}, {10, 0}, {9, 0}, {1 << 52, 1}, {11, 0}} {
		written, err := client.SetNewer(ctx, []redis.Versioned{versioned("key", step.version)})
		require.NoError(t, err)
		require.EqualValues(t, step.written, written, "version %d", step.version)
	}
	value, _, err := client.Get(ctx, "key")
	require.NoError(t, err)
	require.Equal(t, versioned("key", 1<<52).Value, value)
}

// A value with Again replaces an equal version, and never a newer one.
func TestSetNewerAgain(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	wrong := versioned("key", 9)
	wrong.Value = []byte("9 wrong")
	set := func(v redis.Versioned, again bool) int {
		v.Again = again
		written, err := client.SetNewer(ctx, []redis.Versioned{v})
		require.NoError(t, err)
		return written
	}
	require.Equal(t, 1, set(wrong, false))
	require.Equal(t, 0, set(versioned("key", 9), false))
	require.Equal(t, 0, set(versioned("key", 8), true))
	require.Equal(t, 1, set(versioned("key", 9), true))
	value, _, err := client.Get(ctx, "key")
	require.NoError(t, err)
	require.Equal(t, string(versioned("key", 9).Value), string(value))
}

// A value that the next comparison would misread is refused.
func TestSetNewerRefusesAWrongValue(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	for name, change := range map[string]func(*redis.Versioned){
		"another version": func(v *redis.Versioned) { v.Version = 2 },
		"a longer one":    func(v *redis.Versioned) { v.Value = []byte("10 x") },
		"no space":        func(v *redis.Versioned) { v.Value = []byte("1") },
		"negative":        func(v *redis.Versioned) { v.Version, v.Value = -1, []byte("-1 x") },
		"too great":       func(v *redis.Versioned) { *v = versioned("key", 1<<53) },
		"no time to live": func(v *redis.Versioned) { v.TTL = 0 },
	} {
		v := versioned("key", 1)
		change(&v)
		_, err := client.SetNewer(ctx, []redis.Versioned{v})
		require.Error(t, err, name)
		require.NotErrorIs(t, err, redis.ErrUnavailable, name)
	}
}

// In any order, with any repetitions, each key's newest version remains.
func TestSetNewerEndsWithTheNewest(t *testing.T) {
	t.Parallel()
	client := open(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		ctx := t.Context()
		newest := map[string]int64{}
		events := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) redis.Versioned {
			key := fmt.Sprintf("%d:%d", run, rapid.IntRange(0, 3).Draw(rt, "key"))
			return versioned(key, rapid.Int64Range(0, 120).Draw(rt, "version"))
		}), 1, 300).Draw(rt, "values")
		for _, v := range events {
			newest[v.Key] = max(newest[v.Key], v.Version)
		}
		for batch := range slices.Chunk(events, rapid.IntRange(1, 300).Draw(rt, "batch")) {
			_, err := client.SetNewer(ctx, batch)
			require.NoError(rt, err)
		}
		for key, version := range newest {
			value, _, err := client.Get(ctx, key)
			require.NoError(rt, err)
			require.Equal(rt, string(versioned(key, version).Value), string(value))
		}
	})
}

// Concurrent advances of the same keys, in any order, end with each key's newest.
func TestAdvanceEndsWithTheNewest(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	var group errgroup.Group
	for writer := range 4 {
		group.Go(func() error {
			for i := range int64(50) {
				version := (i*7+int64(writer)*13)%50 + int64(writer)*10
				if err := client.Advance(ctx, []redis.Versioned{versioned("a", version), versioned("b", 100-version)}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	values, err := client.MGet(ctx, "a", "b")
	require.NoError(t, err)
	require.Equal(t, string(versioned("a", 79).Value), string(values[0]))
	require.Equal(t, string(versioned("b", 100).Value), string(values[1]))
	ttl, err := client.TTL(ctx, "a")
	require.NoError(t, err)
	require.Positive(t, ttl)
}

// A limit admits its burst and then returns how long to wait. Peek counts nothing.
func TestLimits(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	limit := redis.PerMinute(3)
	for range 3 {
		for range 5 {
			wait, err := client.Peek(ctx, "name", limit)
			require.NoError(t, err)
			require.Zero(t, wait)
		}
		wait, err := client.Allow(ctx, "name", limit)
		require.NoError(t, err)
		require.Zero(t, wait)
	}
	peeked, err := client.Peek(ctx, "name", limit)
	require.NoError(t, err)
	require.InDelta(t, 20*time.Second, peeked, float64(2*time.Second))
	refused, err := client.Allow(ctx, "name", limit)
	require.NoError(t, err)
	require.InDelta(t, 20*time.Second, refused, float64(2*time.Second))

	wait, err := client.Allow(ctx, "another name", limit)
	require.NoError(t, err)
	require.Zero(t, wait)
}

// A prefix is literal, even if it contains pattern characters.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	var entries []redis.Entry
	for i := range 2500 {
		entries = append(entries, redis.Entry{Key: fmt.Sprintf("a*[x]:%d", i), Value: []byte("1"), TTL: time.Minute})
	}
	entries = append(entries, redis.Entry{Key: "abx:1", Value: []byte("1"), TTL: time.Minute})
	require.NoError(t, client.SetMany(ctx, entries))
	count, err := client.CountPrefix(ctx, "a*[x]:")
	require.NoError(t, err)
	require.Equal(t, 2500, count)
	deleted, err := client.DeletePrefix(ctx, "a*[x]:")
	require.NoError(t, err)
	require.Equal(t, 2500, deleted)
	_, found, err := client.Get(ctx, "abx:1")
	require.NoError(t, err)
	require.True(t, found)
}

// When the server is down, every call soon fails as unavailable.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	url, stop := testkit.StoppableRedis(t)
	client := openAt(t, url)
	ctx := testkit.Context(t)
	require.NoError(t, client.Ping(ctx))
	stop()
	start := time.Now()
	for name, call := range map[string]func(context.Context) error{
		"ping":     client.Ping,
		"get":      func(ctx context.Context) error { _, _, err := client.Get(ctx, "a"); return err },
		"mget":     func(ctx context.Context) error { _, err := client.MGet(ctx, "a"); return err },
		"set":      func(ctx context.Context) error { return client.Set(ctx, "a", nil, 0) },
		"set many": func(ctx context.Context) error { return client.SetMany(ctx, []redis.Entry{{Key: "a"}}) },
		"set newer": func(ctx context.Context) error {
			_, err := client.SetNewer(ctx, []redis.Versioned{versioned("a", 1)})
			return err
		},
		"advance": func(ctx context.Context) error {
			return client.Advance(ctx, []redis.Versioned{versioned("a", 1)})
		},
		"tx": func(ctx context.Context) error {
			return client.Tx(ctx, func(tx *redis.Tx) error { tx.Del("a"); return nil })
		},
		"update": func(ctx context.Context) error {
			return client.Update(ctx, []string{"a"}, func([][]byte, *redis.Tx) error { return nil })
		},
		"allow": func(ctx context.Context) error { _, err := client.Allow(ctx, "a", redis.PerMinute(1)); return err },
		"peek":  func(ctx context.Context) error { _, err := client.Peek(ctx, "a", redis.PerMinute(1)); return err },
		"scan":  func(ctx context.Context) error { _, err := client.DeletePrefix(ctx, "a"); return err },
	} {
		require.ErrorIs(t, call(ctx), redis.ErrUnavailable, name)
	}
	require.Less(t, time.Since(start), 5*time.Second)
}

// A call ends with its context, and its error still says so.
func TestDeadline(t *testing.T) {
	t.Parallel()
	client := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := client.Get(ctx, "a")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, redis.ErrUnavailable)
}

func BenchmarkGet(b *testing.B) {
	client := open(b)
	require.NoError(b, client.Set(b.Context(), "a", make([]byte, 2000), 0))
	for b.Loop() {
		_, _, err := client.Get(b.Context(), "a")
		require.NoError(b, err)
	}
}

func BenchmarkSetNewer(b *testing.B) {
	client := open(b)
	for version := int64(1); b.Loop(); version++ {
		_, err := client.SetNewer(b.Context(), []redis.Versioned{versioned("a", version), versioned("b", version)})
		require.NoError(b, err)
	}
}

func BenchmarkAdvance(b *testing.B) {
	client := open(b)
	for version := int64(1); b.Loop(); version++ {
		require.NoError(b, client.Advance(b.Context(), []redis.Versioned{versioned("a", version), versioned("b", version)}))
	}
}
