// Package testkit gives tests the real parts that they run against: PostgreSQL, NATS, a server of the
// Redis protocol, a search index, Elasticsearch. `make test` starts the real servers once for all packages
// and names them by LARDER_TEST_POSTGRES_URL, LARDER_TEST_BACKUP_POSTGRES_URL, LARDER_TEST_REDIS_URL and
// LARDER_TEST_ELASTICSEARCH_URL, LARDER_TEST_S3_URL. Packages run beside each other, so each test gets a part of its own: a
// database, a numbered database, an index. Without those addresses, as in `make test-quick`, what can be
// embedded is started when the first test asks for it and ends with the test binary, also when that is
// killed. NATS is each test's own in any case; see [NATS].
package testkit

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds one test's context. It is far more than a test takes, so that only a hang meets it.
const patience = 60 * time.Second

// Context returns a context that ends with the test, before its clean-up, or after a minute.
func Context(tb testing.TB) context.Context {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	tb.Cleanup(cancel)
	return ctx
}

// Logger returns a logger that writes to the test's output, which is shown when the test fails.
func Logger(tb testing.TB) *slog.Logger {
	tb.Helper()
	writer := &testWriter{tb: tb}
	tb.Cleanup(writer.close)
	return slog.New(slog.NewTextHandler(writer, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// testWriter writes lines to a test's output while the test lasts. After that it drops them, since
// testing panics when a goroutine that was left behind logs.
type testWriter struct {
	tb testing.TB

	mu     sync.Mutex
	closed bool
}

func (w *testWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.tb.Log(strings.TrimSuffix(string(line), "\n"))
	}
	return len(line), nil
}

func (w *testWriter) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
}

// Wait waits for a signal and fails the test if it doesn't come; what says what is waited for.
func Wait[T any](tb testing.TB, signal <-chan T, what string) T {
	tb.Helper()
	select {
	case value := <-signal:
		return value
	case <-time.After(patience):
		tb.Fatalf("waited %s for %s", patience, what)
		panic("not reached")
	}
}

// Until asks a condition again and again until it holds, and fails the test if it never does; what
// says what is waited for. It is for states that nothing signals, such as a row in a database.
func Until(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	deadline := time.Now().Add(patience)
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			tb.Fatalf("waited %s until %s", patience, what)
		}
		<-poll.C
	}
}
