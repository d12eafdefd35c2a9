package testkit

import (
	"os"
	"testing"
)

// Elasticsearch returns the address of the Elasticsearch that the tests share, so each takes an alias of
// its own: the server that LARDER_TEST_ELASTICSEARCH_URL names. It takes long to start, so `make test`
// starts one for all packages; there is none in `make test-quick`, and a test that asks for it there fails.
func Elasticsearch(tb testing.TB) string {
	tb.Helper()
	given := os.Getenv("LARDER_TEST_ELASTICSEARCH_URL")
	if given == "" {
		tb.Fatal("this test needs Elasticsearch: run it by `make test`, or name one by LARDER_TEST_ELASTICSEARCH_URL")
	}
	return given
}
