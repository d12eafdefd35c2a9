package recipereader

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/tables"
	"larder.dev/projectors/views"
)

// Summary is what a list shows of a recipe.
type Summary = views.Summary

// Summaries reads those of the given recipes that the owner has, by id, without deleted ones.
func (r *Recipes) Summaries(ctx context.Context, owner string, ids []string) (map[string]Summary, Source, error) {
	var found map[string]Summary
	source, err := r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) (err error) {
		found, err = summaries(ctx, pool, owner, ids)
		return err
	})
	if err != nil {
		return nil, source, fmt.Errorf("read %d recipes of user %s: %w", len(ids), owner, err)
	}
	return found, source, nil
}

// patience is how long the primary is waited for if the backup can't answer in its place.
const patience = 2 * primaryTimeout

// SummariesOfPrimary is Summaries for recipes that the backup doesn't have yet.
func (r *Recipes) SummariesOfPrimary(ctx context.Context, owner string, ids []string) (map[string]Summary, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := summaries(ctx, r.primary, owner, ids)
	if err != nil {
		return nil, fmt.Errorf("read %d recipes of user %s: %w", len(ids), owner, unavailable(ctx, err))
	}
	return found, nil
}

func summaries(ctx context.Context, pool *pgxpool.Pool, owner string, ids []string) (map[string]Summary, error) {
	rows, err := pool.Query(ctx, tables.Summaries, owner, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[string]Summary, len(ids))
	var s Summary
	_, err = pgx.ForEachRow(rows, []any{
		&s.ID, &s.Name, &s.Version, &s.Tags, &s.Servings, &s.TotalMinutes, &s.PrepMinutes, &s.CookMinutes,
		&s.Favourite, &s.Rating, &s.UpdatedAt,
	}, func() error {
		s.UpdatedAt = s.UpdatedAt.UTC()
		found[s.ID] = s
		s = Summary{}
		return nil
	})
	return found, err
}
