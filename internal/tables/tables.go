// Package tables is what is asked of the database of recipes, and of its backup, which has the same tables: the migrations,
// and every statement that names a column of a recipe. sqlc checks the .sql files against the migrations and writes the Go
// beside them.
//
// A recipe goes in and out as its JSON. Columns are named as the fields of the JSON are, so that Go lists no columns.
//
// Statements that are sent together with others go by their text (a constant of the statement's name), the others by the
// methods of [Queries]. Who may change what is a rule: internal/arch/tables.go.
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
