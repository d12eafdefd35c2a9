package recipereader

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/tables"
)

// Deleted is a deleted recipe that can still be restored.
type Deleted struct {
	ID        string
	Name      string
	Version   int64 // of the deletion: the recipe's last one is the one before
	Change    int64
	DeletedAt time.Time
	Keep      *time.Duration // how long after that its text is kept; nil for ever
}

// Deleted reads the owner's deleted recipes with a change number below before, latest deletion first.
// They come from the primary, which alone knows what is forgotten.
func (r *Recipes) Deleted(ctx context.Context, owner string, before int64, limit int) (page []Deleted, more bool, err error) {
	rows, err := r.primary.Query(ctx, tables.DeletedBefore, owner, before, limit+1)
	if err == nil {
		page, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Deleted])
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the deleted recipes of user %s: %w", owner, unavailable(ctx, err))
	}
	return page[:min(len(page), limit)], len(page) > limit, nil
}
