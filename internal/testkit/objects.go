package testkit

import (
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"larder.dev/internal/objectstore"
)

// Objects returns an object store with an empty bucket for this test alone: on LARDER_TEST_S3_URL's
// server (http://ACCESS:SECRET@HOST:PORT), else in a folder.
func Objects(tb testing.TB) objectstore.Store {
	tb.Helper()
	store, err := objectstore.Open(ObjectsAt(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = store.Close() })
	return store
}

// ObjectsAt locates the store of [Objects], for callers that open it themselves.
func ObjectsAt(tb testing.TB) objectstore.Options {
	tb.Helper()
	if os.Getenv("LARDER_TEST_S3_URL") != "" {
		return S3(tb)
	}
	return Folder(tb)
}

// Folder locates an empty object store in a folder.
func Folder(tb testing.TB) objectstore.Options {
	tb.Helper()
	return objectstore.Options{Endpoint: objectstore.Endpoint(tb.TempDir()), Bucket: bucket()}
}

// S3 locates an empty bucket on LARDER_TEST_S3_URL's server, and fails if there is none.
func S3(tb testing.TB) objectstore.Options {
	tb.Helper()
	given, err := url.Parse(os.Getenv("LARDER_TEST_S3_URL"))
	if err != nil || given.Host == "" || given.User == nil {
		tb.Fatal("this test needs an S3 server: run it by `make test`, or name one by LARDER_TEST_S3_URL, http://ACCESS:SECRET@HOST:PORT")
	}
	options := objectstore.Options{Endpoint: given.Scheme + "://" + given.Host, Bucket: bucket(), AccessKey: given.User.Username()}
	options.SecretKey, _ = given.User.Password()
	return options
}

func bucket() string { return "test-" + strings.ToLower(rand.Text()) }
