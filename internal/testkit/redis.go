package testkit

import (
	"os"
	"testing"

	"larder.dev/internal/redisserver"
)

// Redis returns the address of an empty server for this test alone, which keeps nothing and stops
// after the test. With LARDER_TEST_REDIS_URL it is that server, and the caller has to use keys of
// its own.
func Redis(tb testing.TB) string {
	tb.Helper()
	url, _ := StoppableRedis(tb)
	return url
}

// StoppableRedis is [Redis] with a function that takes the server away in the middle of a test.
func StoppableRedis(tb testing.TB) (url string, stop func()) {
	tb.Helper()
	if given := os.Getenv("LARDER_TEST_REDIS_URL"); given != "" {
		return given, func() { tb.Fatal("a server given by LARDER_TEST_REDIS_URL can't be stopped") }
	}
	server, err := redisserver.Start(redisserver.Options{Dir: tb.TempDir(), Log: Logger(tb)})
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
