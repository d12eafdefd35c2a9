// Package postgresroles is the one table of who may do what in PostgreSQL: a role for each component, with what it needs
// and no more. Nobody who answers requests is a superuser, nor owns a table: the schema is its owner's, as whom
// `larder migrate` and the operator's commands come. The grants are laid after each migration ([Grant]), by the roles that
// the server has; one without them works with the one role that it is given.
package postgresroles

import (
	"slices"
	"strings"

	"larder.dev/internal/tables"
)

// The roles. Those of the components have the name of the subcommand in them.
const (
	Owner      = "larder_owner"
	CommandAPI = "larder_command_api"
	QueryAPI   = "larder_query_api"
	Files      = "larder_file_service"
	Relay      = "larder_relay"
	Projectors = "larder_projectors"
	// GroceryApp owns the database of its own, and reaches no other.
	GroceryApp = "larder_grocery_app"
)

// secondLogin ends the name of each role's second login. It is a member of the role and becomes it as it enters, so that what
// is granted and owned is the role's, whichever of the two somebody came by. There are two so that a password can be changed
// while both are good.
const secondLogin = "_2"

// Role is what a component comes as.
type Role struct {
	Name      string
	Component string // its subcommand
	Grants    []Privilege
}

// Privilege is what a role may do with one thing.
type Privilege struct {
	On  string // as GRANT has it: a table, or SEQUENCE, SCHEMA, FUNCTION and a name
	May string // as GRANT has it: SELECT, UPDATE (change)
}

// Components gives the table. It is the same on both databases, since either may be the primary.
func Components() []Role {
	return []Role{
		{CommandAPI, "command-api", append(everybodys(),
			Privilege{"recipes", "SELECT, INSERT, UPDATE"},
			Privilege{"ingredients", "SELECT, INSERT, DELETE"},
			Privilege{"users", "SELECT, INSERT, UPDATE"}, // a user is deleted by the operator, who alone takes from the ledger
			Privilege{"user_changes", "SELECT, INSERT, UPDATE (change)"},
			Privilege{"event_log", "SELECT, INSERT"},
			Privilege{"SEQUENCE event_log_id_seq", "USAGE"},
			Privilege{"idempotency_keys", "SELECT, INSERT, DELETE"},
			Privilege{"retention_clock", "SELECT"}, // no deletion is dated before it
			Privilege{"FUNCTION analyze_recipes()", "EXECUTE"},
		)},
		{QueryAPI, "query-api", append(everybodys(),
			Privilege{"recipes", "SELECT"},
			Privilege{"ingredients", "SELECT"},
			Privilege{"user_changes", "SELECT"},
			Privilege{"event_log", "SELECT"},
		)},
		{Files, "file-service", append(everybodys(),
			Privilege{"recipes", "SELECT, UPDATE (files, version, change, updated_at)"},
			Privilege{"ingredients", "SELECT"},
			Privilege{"users", "SELECT (id, disabled)"},
			Privilege{"user_changes", "SELECT, UPDATE (change)"},
			Privilege{"event_log", "SELECT, INSERT"},
			Privilege{"SEQUENCE event_log_id_seq", "USAGE"},
			Privilege{"idempotency_keys", "SELECT, INSERT"},
			Privilege{"file_removals", "SELECT, INSERT, UPDATE, DELETE"},
			Privilege{"SEQUENCE file_removals_number_seq", "USAGE"},
		)},
		// It forgets what was deleted long ago besides: it may empty the text of a recipe, and reads none.
		{Relay, "relay", append(everybodys(),
			Privilege{"event_log", "SELECT, UPDATE (published_at, stream_sequence, data, schema_version, traceparent, filler), DELETE"},
			Privilege{"recipes", "SELECT (user_id, id, version, change, name, created_at, updated_at, deleted_at), UPDATE (" +
				strings.Join(tables.TextColumns(), ", ") + ")"},
			Privilege{"ingredients", "SELECT (user_id, recipe_id), DELETE"},
			Privilege{"user_changes", "SELECT, UPDATE (change)"}, // to lock the user's row
			Privilege{"retention_clock", "SELECT, INSERT, UPDATE"},
			Privilege{"text_removals", "SELECT, INSERT, UPDATE, DELETE"},
		)},
		// The replica writes whatever an event can say, and rebuilds the tables in a schema beside them.
		{Projectors, "projectors", append(everybodys(),
			Privilege{"recipes", "SELECT, INSERT, UPDATE, DELETE"},
			Privilege{"ingredients", "SELECT, INSERT, UPDATE, DELETE"},
			Privilege{"users", "SELECT, INSERT, UPDATE, DELETE"},
			Privilege{"user_changes", "SELECT, INSERT, UPDATE, DELETE"},
			Privilege{"idempotency_keys", "SELECT (user_id, created_at), DELETE"},
			Privilege{"event_log", "SELECT, INSERT, UPDATE (published_at, stream_sequence, data, schema_version, traceparent, filler), DELETE"},
			Privilege{"text_removals", "SELECT, INSERT, UPDATE, DELETE"},
			Privilege{"SEQUENCE event_log_id_seq", "USAGE"},
			Privilege{"SCHEMA larder_rebuild", "USAGE, CREATE"},
		)},
	}
}

// everybodys are what tells a component whether the tables are those that it knows, and which database is the primary.
func everybodys() []Privilege {
	return []Privilege{{"goose_db_version", "SELECT"}, {"epoch", "SELECT"}}
}

// Of gives the role of a component by its subcommand.
func Of(component string) (Role, bool) {
	all := Components()
	at := slices.IndexFunc(all, func(r Role) bool { return r.Component == component })
	if at < 0 {
		return Role{}, false
	}
	return all[at], true
}

// LoginOf gives a login by its name in settings: that of a component, or of a component's second login.
func LoginOf(name string) (login string, ok bool) {
	component, second := strings.CutSuffix(name, secondLogin)
	role, ok := Of(component)
	if second {
		return role.Name + secondLogin, ok
	}
	return role.Name, ok
}

// LoginIn gives the login and the password of a component among those that settings name, the first login where both are.
func (r Role) LoginIn(passwords map[string]string) (login, password string, ok bool) {
	if password, ok = passwords[r.Component]; ok {
		return r.Name, password, true
	}
	password, ok = passwords[r.Component+secondLogin]
	return r.Name + secondLogin, password, ok
}

// With lists the components that have a role.
func With() []string {
	var components []string
	for _, role := range Components() {
		components = append(components, role.Component)
	}
	return components
}

// Names gives the names of the components' roles in the databases of recipes.
func Names() []string {
	var names []string
	for _, role := range Components() {
		names = append(names, role.Name)
	}
	return names
}
