package command

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/ledger"
)

// A restored recipe regains its files only while their bytes are kept: a row never refers to
// missing bytes. A recipe that wasn't deleted keeps its files at any age.
func TestRestoreFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		exists bool
		ago    time.Duration
		files  int
	}{
		"just deleted":     {false, time.Minute, 1},
		"nearly too late":  {false, ledger.UndoTime - time.Hour, 1},
		"too late":         {false, ledger.UndoTime + time.Hour, 0},
		"old, not deleted": {true, 10 * ledger.UndoTime, 1},
	} {
		result, err := restored(Call{User: "user"}, recipestore.State{
			Recipe: events.Recipe{ID: "recipe", Version: 3, UpdatedAt: time.Now().Add(-c.ago), Files: []events.File{{ID: "file"}}},
			Exists: c.exists, AsOf: &events.Recipe{ID: "recipe", Version: 1, Name: "Pie"},
		}, nil)
		require.NoError(t, err, name)
		require.Len(t, result.Recipe.Files, c.files, name)
	}
}
