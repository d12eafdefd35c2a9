package testkit

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"larder.dev/internal/objectserver"
	"larder.dev/internal/objectstore"
)

// theObjects belongs to the test binary: the server's library allows one in a process.
//
//nolint:gochecknoglobals // nothing but a global outlives a test
var theObjects = sync.OnceValues(func() (*objectserver.Server, error) {
	scratch, err := makeScratch()
	if err != nil {
		return nil, err
	}
	server, err := objectserver.Start(context.Background(), objectserver.Options{Dir: filepath.Join(scratch.dir, "objects"), TCP: true})
	if err == nil {
		keepScratch(scratch)
	}
	return server, err
})

// keepScratch holds a scratch folder for as long as the test binary runs.
//
//nolint:gochecknoglobals // as theObjects
var keepScratch = func() func(*scratch) {
	var kept []*scratch
	return func(s *scratch) { kept = append(kept, s) }
}()

// Objects gives an object store with an empty bucket for this test alone: on the server of LARDER_TEST_S3_URL
// (http://ACCESS:SECRET@HOST:PORT), else on an embedded one.
func Objects(tb testing.TB) *objectstore.Store {
	tb.Helper()
	store, err := objectstore.Open(ObjectsAt(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return store
}

// ObjectsAt says where the store of [Objects] is, for what opens it by itself.
func ObjectsAt(tb testing.TB) objectstore.Options {
	tb.Helper()
	if os.Getenv("LARDER_TEST_S3_URL") != "" {
		return S3(tb)
	}
	server, err := theObjects()
	if err != nil {
		tb.Fatalf("start an object store for tests: %v", err)
	}
	options := objectstore.Options{Endpoint: server.Endpoint(), Bucket: bucket()}
	options.AccessKey, options.SecretKey = server.Keys()
	return options
}

// S3 says where there is an empty bucket on the server of LARDER_TEST_S3_URL, and fails where none is named.
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
