package recipestore

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/tables"
	"larder.dev/internal/testkit"
)

// A connection's plans outlive the empty tables they were made for: a recipe is found by its key,
// not among all of its user's.
func TestFirstPlansAreForFullTables(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), testkit.Postgres(t, migrateForRoles))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(testkit.Context(t))) })
	_, err = conn.Exec(t.Context(), `SET plan_cache_mode = force_generic_plan`)
	require.NoError(t, err)
	for name, statement := range map[string]string{"recipe": tables.Recipe, "recipe_version": tables.RecipeVersion} {
		_, err = conn.Exec(t.Context(), fmt.Sprintf(`PREPARE %s AS %s`, name, statement))
		require.NoError(t, err)
		rows, err := conn.Query(t.Context(), fmt.Sprintf(`EXPLAIN EXECUTE %s(NULL, NULL)`, name), pgx.QueryExecModeSimpleProtocol)
		require.NoError(t, err)
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		require.Contains(t, fmt.Sprint(plan), "Index Scan using recipes_pkey", "%s", name)
	}
}
