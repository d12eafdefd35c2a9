package testkit

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"larder.dev/internal/objectstore"
)

// ObjectsDoor is an object store that the test can make unavailable for itself alone.
type ObjectsDoor struct {
	At     objectstore.Options
	Cut    func() // nothing is reachable
	Freeze func() // changes wait
	Mend   func()
}

// NewObjectsDoor returns one in front of the store of [Objects].
func NewObjectsDoor(tb testing.TB) ObjectsDoor {
	tb.Helper()
	at := ObjectsAt(tb)
	dir, is := objectstore.FolderOf(at.Endpoint)
	if !is {
		proxy := NewProxy(tb, at.Endpoint)
		at.Endpoint = proxy.URL()
		return ObjectsDoor{At: at, Cut: proxy.Cut, Freeze: proxy.Freeze, Mend: proxy.Mend}
	}
	var mend func() error
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatalf("take the folder of the objects away: %v", err)
		}
	}
	return ObjectsDoor{
		At: at,
		Cut: func() {
			must(os.Rename(filepath.Join(dir, "incoming"), filepath.Join(dir, "incoming-away")))
			must(os.Rename(filepath.Join(dir, "objects"), filepath.Join(dir, "objects-away")))
			mend = func() error {
				if err := os.Rename(filepath.Join(dir, "objects-away"), filepath.Join(dir, "objects")); err != nil {
					return err
				}
				return os.Rename(filepath.Join(dir, "incoming-away"), filepath.Join(dir, "incoming"))
			}
		},
		Freeze: func() { // like another process suspended during a change
			lock, err := os.OpenFile(filepath.Join(dir, "incoming", at.Bucket, "change.lock"), os.O_RDWR, 0)
			must(err)
			must(syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
			mend = lock.Close
		},
		Mend: func() { must(mend()) },
	}
}
