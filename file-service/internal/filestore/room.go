package filestore

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
)

// Full is the error of a file for which its owner has no room.
type Full struct {
	Kind  string // "files" or "file_bytes"
	Limit int64
}

func (e *Full) Error() string { return fmt.Sprintf("the user may have %d %s", e.Limit, e.Kind) }

// Bound lets a user have so many files, and so many bytes of them, and no more; 0 is any number. It is for the time before
// the store is used.
func (s *Store) Bound(files, bytes int64) { s.maxFiles, s.maxBytes = files, bytes }

// usage is what a user's files take. Those of a recipe that was deleted so lately that it can come back count: their bytes
// are kept for it.
type usage struct{ files, bytes int64 }

const selectUsage = `SELECT count(*), coalesce(sum((file->>'size')::bigint), 0)
	FROM recipes, jsonb_array_elements(files) AS file
	WHERE user_id = $1 AND files <> '[]' AND (deleted_at IS NULL OR deleted_at > $2)`

func (s *Store) isBounded() bool { return s.maxFiles > 0 || s.maxBytes > 0 }

func queueUsage(batch *pgx.Batch, user string, used *usage) {
	batch.Queue(selectUsage, user, time.Now().Add(-ledger.UndoTime)).
		QueryRow(func(row pgx.Row) error { return row.Scan(&used.files, &used.bytes) })
}

// HasRoom gives *Full where the user may have no more files, so that nobody uploads for nothing. It decides nothing.
func (s *Store) HasRoom(ctx context.Context, user string) error {
	if !s.isBounded() {
		return nil
	}
	var used usage
	batch := &pgx.Batch{}
	queueUsage(batch, user, &used)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("look how much room user %s has: %w", user, err)
	}
	return s.room(usage{files: used.files + 1, bytes: used.bytes + 1})
}

// checkRoom gives *Full where what was decided would be more than the user may have.
func (s *Store) checkRoom(used usage, d Decision) error {
	if d.Recipe == nil || d.Type != events.RecipeFileAttached {
		return nil
	}
	added := d.Recipe.Files[len(d.Recipe.Files)-1]
	return s.room(usage{files: used.files + 1, bytes: used.bytes + added.Size})
}

func (s *Store) room(wanted usage) error {
	switch {
	case s.maxFiles > 0 && wanted.files > s.maxFiles:
		return &Full{Kind: "files", Limit: s.maxFiles}
	case s.maxBytes > 0 && wanted.bytes > s.maxBytes:
		return &Full{Kind: "file_bytes", Limit: s.maxBytes}
	default:
		return nil
	}
}
