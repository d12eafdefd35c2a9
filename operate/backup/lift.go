package backup

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// lift applies to an older schema's rows what later migrations did to existing rows: the database
// they are restored into has already run those. Migrations that add columns or tables aren't
// needed, since what a dump lacks gets the default.
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
