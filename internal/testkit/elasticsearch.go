package testkit

import (
	"os"
	"testing"
)

// Elasticsearch returns the address of the tests' shared Elasticsearch, named by
// LARDER_TEST_ELASTICSEARCH_URL, so each test uses its own alias. It is slow to start, so
// `make test` starts one for all packages; `make test-quick` has none, and a test that asks for it
// there fails.
func Elasticsearch(tb testing.TB) string {
	tb.Helper()
	given := os.Getenv("LARDER_TEST_ELASTICSEARCH_URL")
	if given == "" {
		tb.Fatal("this test needs Elasticsearch: run it by `make test`, or name one by LARDER_TEST_ELASTICSEARCH_URL")
	}
	return given
}
