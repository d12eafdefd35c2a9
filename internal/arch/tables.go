package arch

import (
	"slices"

	"larder.dev/internal/postgresroles"
)

// Statement says which packages and roles may run certain statements of internal/tables.
// internal/postgresroles has each role's database privileges; a test compares the two.
type Statement struct {
	Names  []string // of statements that change a table
	In     []string // packages
	As     []string // roles
	Reason string
}

// Statements lists every statement of internal/tables that changes a table.
func Statements() []Statement { return slices.Concat(rowStatements(), ledgerStatements()) }

func rowStatements() []Statement {
	return []Statement{
		{
			[]string{"InsertRecipe", "PutRecipe"},
			[]string{commandStore},
			[]string{postgresroles.CommandAPI, postgresroles.Importer},
			"a recipe is written by commands alone, which the importer runs in its own process",
		},
		{
			[]string{"DeleteIngredients"},
			[]string{commandStore},
			[]string{postgresroles.CommandAPI, postgresroles.Importer, postgresroles.Relay},
			"a command writes the ingredients anew; the relay that leads forgets those of what was deleted",
		},
		{
			[]string{"EmptyRecipe"},
			[]string{commandStore},
			[]string{postgresroles.Relay},
			"the relay that leads forgets what was deleted",
		},
		{
			[]string{"AddUser", "AddUserChanges", "ChangeUser"},
			[]string{commandStore},
			[]string{postgresroles.CommandAPI},
			"accounts are added and changed on the write side",
		},
		{
			[]string{"DeleteIngredientsOf", "DeleteRecipesOf", "DeleteKeysOf", "DeleteChangesOf", "DeleteUser"},
			[]string{commandStore, replicaStore},
			[]string{postgresroles.Owner, postgresroles.Projectors},
			"what the ledger has is taken away by an operator alone, and then by the replica",
		},
		{
			[]string{"DeleteEntriesOf", "DeleteFileRemovalsOf", "DeleteTextRemovalsOf"},
			[]string{commandStore},
			[]string{postgresroles.Owner},
			"what the ledger has is taken away by an operator alone",
		},
		{
			[]string{"DeleteEntriesBefore"},
			[]string{replicaStore},
			[]string{postgresroles.Projectors},
			"the backup keeps the row that tells of the deletion",
		},
		{
			[]string{"PutFiles", "BeginRemovals", "EndRemovals", "ForgetFileRemovals"},
			[]string{fileStore},
			[]string{postgresroles.Files, postgresroles.Importer},
			"files are a part of a recipe's row; the importer attaches pictures by the same use case",
		},
		{
			[]string{"ReplicateRecipes", "FreeName", "ReplicateUser", "ReplicateEntries", "PlaceEntry", "RaiseChanges", "DropKeys"},
			[]string{replicaStore},
			[]string{postgresroles.Projectors},
			"the replica makes the backup what the events say",
		},
	}
}

func ledgerStatements() []Statement {
	return []Statement{
		{
			[]string{"DrawChange", "InsertEntry"},
			[]string{ledgerGround, commandStore},
			[]string{postgresroles.CommandAPI, postgresroles.Files, postgresroles.Importer},
			"whoever changes a recipe draws a change number, and appends to the ledger; an operator's events are put into it again",
		},
		{
			[]string{"KeepAnswer"},
			[]string{ledgerGround},
			[]string{postgresroles.CommandAPI, postgresroles.Files, postgresroles.Importer},
			"whoever does a command keeps its answer",
		},
		{
			[]string{"SweepKeys"},
			[]string{ledgerGround},
			[]string{postgresroles.CommandAPI},
			"one component forgets old keys for all",
		},
		{
			[]string{"DropVersions", "EmptyDeletion", "EmptyRequests"},
			[]string{ledgerGround},
			[]string{postgresroles.Relay, postgresroles.Projectors},
			"the primary's ledger and the backup's lose the same text",
		},
		{
			[]string{"NoteRemoval"},
			[]string{ledgerGround, commandStore},
			[]string{postgresroles.Relay, postgresroles.Projectors},
			"what has no text any more is noted, to be taken out of the stream",
		},
		{
			[]string{"DropRemovals"},
			[]string{ledgerGround},
			[]string{postgresroles.Projectors},
			"the backup remembers for a day what is to be taken out of the stream",
		},
		{
			[]string{"Removed", "SetClock"},
			[]string{commandStore},
			[]string{postgresroles.Relay},
			"the relay that leads goes by the clock, and takes the text out of the stream",
		},
		{
			[]string{"MarkPublished"},
			[]string{commandStore},
			[]string{postgresroles.Relay},
			"the relay says which entries the stream has",
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
		{
			"projectors/replica/rebuild.go",
			[]string{postgresroles.Projectors},
			"a rebuild moves whole tables from one schema to the other",
		},
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
