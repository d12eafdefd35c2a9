package fulldisk_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/fulldisk"
)

var errAway = errors.New("away")

// pass lets time pass on synctest's clock.
func pass(d time.Duration) { <-time.After(d) }

// A server is full from a write refused for lack of space until a trial finds space, and nobody is
// asked before.
func TestMarkLastsUntilThereIsRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mark fulldisk.Mark
		trials, room := 0, false
		check := mark.Check(func(context.Context) error {
			trials++
			if room {
				return nil
			}
			return fulldisk.Err
		})
		mark.Note(nil)
		mark.Note(errAway)
		require.NoError(t, check(t.Context()))
		require.Zero(t, trials, "nobody refused anything")

		mark.Note(fmt.Errorf("insert: %w", &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}))
		require.ErrorIs(t, check(t.Context()), fulldisk.Err)
		require.Zero(t, trials, "it was refused just now")
		require.True(t, mark.Full())
		pass(time.Minute)
		require.ErrorIs(t, check(t.Context()), fulldisk.Err)
		require.Equal(t, 1, trials)
		room = true
		require.NoError(t, check(t.Context()))
		require.False(t, mark.Full())
		require.NoError(t, check(t.Context()))
		require.Equal(t, 2, trials)
	})
}

// A refusal during a trial isn't forgotten.
func TestRefusalDuringATrialCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mark fulldisk.Mark
		mark.Note(fulldisk.Err)
		pass(time.Minute)
		require.NoError(t, mark.Check(func(context.Context) error { mark.Note(fulldisk.Err); return nil })(t.Context()))
		require.True(t, mark.Full())
	})
}

// A server that can't be probed counts as full for as long as it refuses.
func TestWithoutATrialARefusalLapses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mark fulldisk.Mark
		check := mark.Check(nil)
		mark.Note(fulldisk.Err)
		require.Error(t, check(t.Context()))
		pass(time.Minute)
		require.NoError(t, check(t.Context()))
	})
}

// Without a mark, nothing is full.
func TestNoMark(t *testing.T) {
	t.Parallel()
	var mark *fulldisk.Mark
	mark.Note(fulldisk.Err)
	require.False(t, mark.Full())
	require.NoError(t, mark.Check(nil)(t.Context()))
}
