// Package tables holds the schema of the recipe database, which its backup shares, and the statements on its tables: the
// migrations, and .sql files that sqlc checks against them and turns into Go.
//
// A recipe is written from its JSON and read as JSON. Columns have the names of the JSON fields, so no Go code lists columns.
//
// Use the methods of [Queries] for a statement of its own. To send several in one round trip, queue their texts: each statement
// is also a constant. internal/arch/tables.go says who may run the statements that change a table.
package tables

import (
	"embed"
	"io/fs"
	"regexp"
	"strings"
)

//go:generate ../../scripts/generate-tables

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the goose migrations of the database, at the root of the file system.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}

// TextColumns are the columns of recipes that EmptyRecipe takes the text of.
func TextColumns() []string {
	set, _, _ := strings.Cut(EmptyRecipe, "WHERE")
	var columns []string
	for _, match := range regexp.MustCompile(`(\w+) = `).FindAllStringSubmatch(set, -1) {
		columns = append(columns, match[1])
	}
	return columns
}
