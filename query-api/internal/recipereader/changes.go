package recipereader

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/tables"
)

// maxPageText limits the text in one page of changes, in bytes: recipes can be long, and a page is
// held in memory. A page has at least one change, so that a reader always makes progress.
const maxPageText = 2 << 20

// Changes reads what the owner changed after a change number, in order: each recipe once, with its
// last change. more reports that changes remain after this page.
//
// A change number is drawn under a lock held until commit, so a smaller one never becomes visible
// after a greater one.
func (r *Recipes) Changes(ctx context.Context, owner string, after int64, limit int) (page []Stored, more bool, source Source, err error) {
	source, err = r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		rows, err := pool.Query(ctx, tables.RecipesChanged, owner, after, limit+1)
		if err != nil {
			return err
		}
		page, more, err = collectPage(rows, limit)
		return err
	})
	if err != nil {
		return nil, false, source, fmt.Errorf("read the changes of user %s after %d: %w", owner, after, err)
	}
	return page, more, source, nil
}

func collectPage(rows pgx.Rows, limit int) (page []Stored, more bool, err error) {
	defer rows.Close()
	for text := 0; rows.Next(); {
		var size int
		for _, column := range rows.RawValues() {
			size += len(column)
		}
		if len(page) == limit || (len(page) > 0 && text+size > maxPageText) {
			return page, true, nil
		}
		var row tables.RecipeRow
		if err := rows.Scan(&row.Change, &row.Deleted, &row.Recipe, &row.Ingredients); err != nil {
			return nil, false, err
		}
		s, err := storedOf(row)
		if err != nil {
			return nil, false, err
		}
		page, text = append(page, s), text+size
	}
	return page, false, rows.Err()
}

// LastChange returns the number of the owner's last change, or 0 if there is none.
func (r *Recipes) LastChange(ctx context.Context, owner string) (int64, Source, error) {
	var change int64
	source, err := r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		err := pool.QueryRow(ctx, tables.LastChange, owner).Scan(&change)
		if errors.Is(err, pgx.ErrNoRows) {
			change = 0
			return nil
		}
		return err
	})
	if err != nil {
		return 0, source, fmt.Errorf("read the last change of user %s: %w", owner, err)
	}
	return change, source, nil
}
