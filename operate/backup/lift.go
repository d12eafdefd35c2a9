package backup

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// lift does to the rows of an older schema what the migrations after it did to rows that were there: the database that
// they are restored into has had those already. Migrations that add columns or tables aren't here, since what a dump
// doesn't have takes the default.
func lift(ctx context.Context, tx pgx.Tx, schema int64) error {
	if schema < 6 { // 00006_colors.sql
		_, err := tx.Exec(ctx, `UPDATE recipes SET files = (
				SELECT jsonb_agg(file || '{"color": ""}' ORDER BY place)
				FROM jsonb_array_elements(files) WITH ORDINALITY AS f (file, place))
			WHERE files <> '[]' AND jsonb_typeof(files) = 'array'`)
		if err != nil {
			return fmt.Errorf("bring what schema %d wrote to schema 6: %w", schema, err)
		}
	}
	return nil
}
