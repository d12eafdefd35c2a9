package testkit

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"testing"

	"larder.dev/embedded/redisserver"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit/servers"
)

// Redis returns the address of an empty Redis for this test alone: a numbered database on
// LARDER_TEST_REDIS_URL's server, else an embedded server, which stops after the test.
func Redis(tb testing.TB) string {
	tb.Helper()
	if given := os.Getenv("LARDER_TEST_REDIS_URL"); given != "" {
		return redisDatabase(tb, given)
	}
	url, _ := embeddedRedis(tb)
	return url
}

// StoppableRedis is [Redis] with a function that stops the server during a test.
func StoppableRedis(tb testing.TB) (url string, stop func()) {
	tb.Helper()
	if given := os.Getenv("LARDER_TEST_REDIS_URL"); given != "" {
		proxy := NewProxy(tb, redisDatabase(tb, given))
		return proxy.URL(), proxy.Cut
	}
	return embeddedRedis(tb)
}

func embeddedRedis(tb testing.TB) (url string, stop func()) {
	tb.Helper()
	server, err := redisserver.Start(redisserver.Options{Dir: tb.TempDir(), TCP: true, Log: Logger(tb)})
	if err != nil {
		tb.Fatalf("start Redis for a test: %v", err)
	}
	stop = func() {
		if err := server.Stop(); err != nil {
			tb.Errorf("stop Redis: %v", err)
		}
	}
	tb.Cleanup(stop)
	return server.URL(), stop
}

// databaseCounter is the key in database 0 that counts the databases handed out, over all packages.
const databaseCounter = "larder-test:database"

// redisDatabase takes the next numbered database and empties it. Numbers repeat after
// servers.RedisDatabases, long after the previous test has ended.
func redisDatabase(tb testing.TB, given string) string {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	number, err := nextDatabase(ctx, given)
	if err != nil {
		tb.Fatalf("take a database of LARDER_TEST_REDIS_URL: %v", err)
	}
	address, err := url.Parse(given)
	if err != nil {
		tb.Fatal("LARDER_TEST_REDIS_URL is no address") // may contain a password
	}
	address.Path = "/" + strconv.Itoa(number)
	if err := empty(ctx, address.String()); err != nil {
		tb.Fatalf("empty database %d of LARDER_TEST_REDIS_URL, which must have %d: %v", number, servers.RedisDatabases, err)
	}
	return address.String()
}

func nextDatabase(ctx context.Context, given string) (number int, err error) {
	client, err := redis.Open(ctx, given)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	err = client.Update(ctx, []string{databaseCounter}, func(values [][]byte, tx *redis.Tx) error {
		last := 0
		if values[0] != nil {
			if last, err = strconv.Atoi(string(values[0])); err != nil {
				return fmt.Errorf("read %s: %w", databaseCounter, err)
			}
		}
		number = last%(servers.RedisDatabases-1) + 1 // 0 has the counter
		tx.Set(databaseCounter, []byte(strconv.Itoa(number)), 0)
		return nil
	})
	return number, err
}

func empty(ctx context.Context, address string) error {
	client, err := redis.Open(ctx, address)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.DeletePrefix(ctx, "")
	return err
}
