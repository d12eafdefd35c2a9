package arch

import "larder.dev/internal/postgresroles"

// Statement says which packages and roles may run certain statements of internal/tables.
// internal/postgresroles has each role's database privileges; a test compares the two.
type Statement struct {
	Names  []string // of statements that change a table
	In     []string // packages
	As     []string // roles
	Reason string
}

// Statements lists every statement of internal/tables that changes a table.
func Statements() []Statement {
	return []Statement{
		{
			[]string{"InsertRecipe", "PutRecipe", "InsertIngredients"},
			[]string{commandStore},
			[]string{postgresroles.CommandAPI},
			"a recipe is written by commands alone",
		},
		{
			[]string{"DeleteIngredients"},
			[]string{commandStore},
			[]string{postgresroles.CommandAPI, postgresroles.Relay},
			"a command writes the ingredients anew; the relay that leads forgets those of what was deleted",
		},
		{
			[]string{"EmptyRecipe"},
			[]string{commandStore},
			[]string{postgresroles.Relay},
			"the relay that leads forgets what was deleted",
		},
		{
			[]string{"PutFiles"},
			[]string{fileStore},
			[]string{postgresroles.Files},
			"files are a part of a recipe's row",
		},
		{
			[]string{"ReplicateRecipe", "FreeName", "ReplicateUser", "ReplicateEntry", "PlaceEntry", "RaiseChange"},
			[]string{Module + "/projectors/replica"},
			[]string{postgresroles.Projectors},
			"the replica makes the backup what the events say",
		},
	}
}

// Writer names the roles that run files' own statements on the recipe tables.
type Writer struct {
	Files  string   // a pattern, relative to the module's root
	As     []string // roles
	Reason string
}

// Writers lists every file with such a statement.
func Writers() []Writer {
	tools := []string{postgresroles.Owner}
	return []Writer{
		{"internal/ledger/sweep.go", []string{postgresroles.CommandAPI}, "one component forgets old keys for all"},
		{
			"internal/ledger/forget.go",
			[]string{postgresroles.Relay, postgresroles.Projectors},
			"the primary's ledger and the backup's lose the same text",
		},
		{"command-api/internal/recipestore/forget.go", []string{postgresroles.Relay}, "the relay that leads forgets what was deleted"},
		{
			"internal/ledger/*.go",
			[]string{postgresroles.CommandAPI, postgresroles.Files},
			"whoever changes a recipe draws a change number, and appends to the ledger",
		},
		{
			"command-api/internal/recipestore/ledger.go",
			[]string{postgresroles.Relay},
			"the relay says which entries the stream has",
		},
		{
			"file-service/internal/filestore/*.go",
			[]string{postgresroles.Files},
			"files are a part of a recipe's row",
		},
		{
			"projectors/replica/*.go",
			[]string{postgresroles.Projectors},
			"the replica makes the backup what the events say",
		},
		{
			"command-api/internal/recipestore/accounts.go",
			[]string{postgresroles.CommandAPI},
			"accounts are added and changed on the write side",
		},
		{"command-api/internal/recipestore/deleteuser.go", tools, "what the ledger has is taken away by an operator alone"},
		{"command-api/internal/recipestore/replay.go", tools, "events are put into the ledger again by an operator"},
		{"operate/backup/*.go", tools, "whole databases are copied by an operator"},
		{"operate/failback/*.go", tools, "an old primary's rows are brought back by an operator"},
		{"internal/topology/*.go", tools, "which database is the primary is an operator's word"},
	}
}

// Lockers lists, by table, the roles that lock rows of a table without writing it, for which
// Postgres requires the UPDATE privilege.
func Lockers() map[string][]string {
	return map[string][]string{"user_changes": {postgresroles.Relay}} // blocks a user's changes while a recipe is forgotten
}
