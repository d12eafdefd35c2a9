package testkit

import (
	"context"
	"crypto/rand"
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
	server, err := objectserver.Start(context.Background(), objectserver.Options{Dir: filepath.Join(scratch.dir, "objects")})
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

// Objects gives an object store with an empty bucket for this test alone. With LARDER_TEST_S3_URL,
// LARDER_TEST_S3_ACCESS_KEY and LARDER_TEST_S3_SECRET_KEY it is on that server.
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
	options := objectstore.Options{
		Endpoint:  os.Getenv("LARDER_TEST_S3_URL"),
		AccessKey: os.Getenv("LARDER_TEST_S3_ACCESS_KEY"), SecretKey: os.Getenv("LARDER_TEST_S3_SECRET_KEY"),
		Bucket: "test-" + strings.ToLower(rand.Text()),
	}
	if options.Endpoint != "" {
		return options
	}
	server, err := theObjects()
	if err != nil {
		tb.Fatalf("start an object store for tests: %v", err)
	}
	options.Endpoint = server.Endpoint()
	options.AccessKey, options.SecretKey = server.Keys()
	return options
}
