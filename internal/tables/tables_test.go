package tables

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every statement that writes a recipe writes all of its columns, and what isn't a number or a time is erased with the text.
func TestEveryColumnIsWrittenAndErased(t *testing.T) {
	t.Parallel()
	all := inserted(t, PutRecipe)
	require.ElementsMatch(t, all, inserted(t, ReplicateRecipes))
	require.ElementsMatch(t, all, append(inserted(t, InsertRecipe), "deleted_at"))
	changing := slices.DeleteFunc(slices.Clone(all), func(column string) bool { return column == "user_id" || column == "id" })
	for statement, next := range map[string]string{PutRecipe: "), gone AS (", ReplicateRecipes: "), lines AS "} {
		recipes, _, found := strings.Cut(statement, next)
		require.True(t, found)
		require.ElementsMatch(t, changing, replaced(recipes))
	}
	require.ElementsMatch(t, changing, append(TextColumns(), "version", "change", "created_at", "updated_at", "deleted_at"))
}

// inserted returns the columns that a statement inserts into recipes.
func inserted(t *testing.T, statement string) []string {
	t.Helper()
	match := regexp.MustCompile(`INSERT INTO recipes (?:AS have )?\(([^)]*)\)`).FindStringSubmatch(statement)
	require.NotNil(t, match)
	return strings.Split(strings.Join(strings.Fields(match[1]), ""), ",")
}

// replaced returns the columns that a statement sets where the row exists.
func replaced(statement string) []string {
	var columns []string
	for _, match := range regexp.MustCompile(`[^.\w](\w+) = excluded\.`).FindAllStringSubmatch(statement, -1) {
		columns = append(columns, match[1])
	}
	return columns
}
