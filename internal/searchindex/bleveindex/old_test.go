package bleveindex

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/testkit"
)

// Searches continue while an old index is opened and checked, however long that takes.
func TestSearchesGoOnWhileAnOldIndexIsOpened(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	x, err := Open(t.TempDir(), Options{Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, x.Close()) })
	soup := []searchindex.Document{{Owner: "ada", ID: "1", Version: 1, Name: "Soup"}}
	require.NoError(t, x.Apply(ctx, soup))
	next, err := x.Rebuild(ctx)
	require.NoError(t, err)
	require.NoError(t, next.Apply(ctx, soup))
	require.NoError(t, next.Commit(ctx))

	// The engine waits for its file's lock.
	file, err := os.OpenFile(filepath.Join(x.folder.path(x.folder.old().name), "root.bolt"), os.O_RDWR, 0)
	require.NoError(t, err)
	require.NoError(t, unix.Flock(int(file.Fd()), unix.LOCK_EX))
	opened := make(chan error, 1)
	go func() {
		old, _, err := x.Old(ctx)
		if err == nil {
			err = old.Abort(ctx)
		}
		opened <- err
	}()
	testkit.Until(t, "the old index is being opened", func() bool {
		if x.oldMu.TryLock() {
			x.oldMu.Unlock()
			return false
		}
		return true
	})
	searched := make(chan error, 1)
	go func() {
		for range 200 {
			if _, err := x.Search(ctx, searchindex.Query{Owner: "ada", Text: "soup", Limit: 10}); err != nil {
				searched <- err
				return
			}
		}
		searched <- nil
	}()
	require.NoError(t, testkit.Wait(t, searched, "searches"))
	select {
	case err := <-opened:
		require.Fail(t, "the old index wasn't being opened meanwhile", "%v", err)
	default:
	}
	require.NoError(t, file.Close())
	require.NoError(t, testkit.Wait(t, opened, "the old index"))
}
