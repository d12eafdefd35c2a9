package filestore

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
)

// Full means a file exceeds its owner's quota.
type Full struct {
	Kind  string // "files" or "file_bytes"
	Limit int64
}

func (e *Full) Error() string { return fmt.Sprintf("the user may have %d %s", e.Limit, e.Kind) }

// Bound limits each user's number of files and their total bytes; 0 means no limit. Call it before
// using the store.
func (s *Store) Bound(files, bytes int64) { s.maxFiles, s.maxBytes = files, bytes }

// usage is what a user's files take up. It includes those of restorable deleted recipes, because
// their bytes are kept.
type usage struct{ files, bytes int64 }

func (s *Store) isBounded() bool { return s.maxFiles > 0 || s.maxBytes > 0 }

func queueUsage(batch *pgx.Batch, user string, used *usage) {
	batch.Queue(tables.FileUsage, user, time.Now().Add(-ledger.UndoTime)).
		QueryRow(func(row pgx.Row) error { return row.Scan(&used.files, &used.bytes) })
}

// HasRoom returns *Full if the user has no room for another file, to avoid a futile upload. It
// reserves nothing.
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

// checkRoom returns *Full if the decision would exceed the user's quota.
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
