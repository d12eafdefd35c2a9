// Package testkit gives tests the real servers that they run against: PostgreSQL, NATS, Redis, a
// search index, Elasticsearch. `make test` starts the servers once for all packages and passes
// their addresses as LARDER_TEST_POSTGRES_URL, LARDER_TEST_BACKUP_POSTGRES_URL,
// LARDER_TEST_REDIS_URL, LARDER_TEST_ELASTICSEARCH_URL and LARDER_TEST_S3_URL. Packages run
// concurrently, so each test gets a part of its own: a database, a numbered database, an index.
// Without those addresses, as in `make test-quick`, servers that can be embedded start when the
// first test asks for them and end with the test binary, even if that is killed. NATS is always
// each test's own; see [NATS].
package testkit

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds one test's context. It is far longer than any test, so only a hang reaches it.
const patience = 60 * time.Second

// Context returns a context that ends with the test, before its clean-up, or after a minute.
func Context(tb testing.TB) context.Context {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	tb.Cleanup(cancel)
	return ctx
}

// mounting is the variable that names the test that may mount disks. Its process has only one user.
const mounting = "LARDER_TEST_MOUNTING"

// Logger returns a logger that writes to the test's output, which is shown if the test fails.
func Logger(tb testing.TB) *slog.Logger {
	tb.Helper()
	writer := &testWriter{tb: tb}
	tb.Cleanup(writer.close)
	return slog.New(slog.NewTextHandler(writer, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// testWriter writes lines to a test's output until the test ends. After that it drops them, since
// testing panics if a leftover goroutine logs.
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

// Wait waits for a signal and fails the test if it doesn't come; what describes it.
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

// Until polls a condition until it holds, and fails the test if it never does; what describes it.
// It is for states that nothing signals, such as a row in a database.
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
