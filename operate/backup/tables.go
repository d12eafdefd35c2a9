// Package backup copies a whole database: to the backup, user by user while both are in use, and to
// a file from which an empty system is restored. It also compares the two databases.
package backup

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// table is one whose rows belong to a user.
type table struct {
	name string
	user string   // the user id's column
	key  []string // the primary key
}

// A user's tables, in the order in which a restore fills them.
const (
	users       = "users"
	userChanges = "user_changes"
	recipes     = "recipes"
	ingredients = "ingredients"
	ledger      = "event_log"
	keys        = "idempotency_keys"
)

func tables() []table {
	return []table{
		{users, "id", []string{"id"}},
		{userChanges, "user_id", []string{"user_id"}},
		{recipes, "user_id", []string{"user_id", "id"}},
		{ingredients, "user_id", []string{"user_id", "recipe_id", "position"}},
		{ledger, "user_id", []string{"id"}},
		{keys, "user_id", []string{"user_id", "key"}},
	}
}

// querier is a pool, a connection or a transaction.
type querier interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

// filler is the column that makes rows long enough for Postgres to compress. It holds no
// information, and is generated.
const filler = "filler"

// columns returns a table's columns in order. It queries rather than lists them, so that a
// migration that adds one needs no change.
func columns(ctx context.Context, from querier, table string) ([]string, error) {
	rows, err := from.Query(ctx, `SELECT attname FROM pg_attribute
		WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> $2
		ORDER BY attnum`, table, filler)
	if err != nil {
		return nil, fmt.Errorf("list the columns of %s: %w", table, err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the columns of %s: %w", table, err)
	}
	return names, nil
}

// list joins columns, each with a prefix such as "have.".
func list(prefix string, columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = prefix + pgx.Identifier{c}.Sanitize()
	}
	return strings.Join(quoted, ", ")
}

// compared returns the columns, as expressions, by which rows are compared. It excludes when the
// stream got an event, which relay and replica record slightly apart; json only has equality as
// text.
func compared(table, prefix string, columns []string) string {
	var parts []string
	for _, c := range columns {
		switch {
		case table == ledger && (c == "published_at" || c == "stream_sequence"):
		case table == ledger && c == "data":
			parts = append(parts, prefix+"data::text")
		default:
			parts = append(parts, prefix+pgx.Identifier{c}.Sanitize())
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
