// Package postgresroles is the single table of PostgreSQL privileges: a role per component, with
// only what it needs. Nobody who answers requests is a superuser or owns a table: the schema
// belongs to its owner, used by `larder migrate` and the operator's commands. Each migration is
// followed by the grants ([Grant]) for the server's existing roles; a server without them works
// with its single role.
package postgresroles

import (
	"slices"
	"strings"

	"larder.dev/internal/tables"
)

// The roles. A component's role name contains its subcommand.
const (
	Owner      = "larder_owner"
	CommandAPI = "larder_command_api"
	QueryAPI   = "larder_query_api"
	Files      = "larder_file_service"
	Importer   = "larder_importer"
	Relay      = "larder_relay"
	Projectors = "larder_projectors"
	// GroceryApp owns its own database, and can reach no other.
	GroceryApp = "larder_grocery_app"
)

// secondLogin is the suffix of each role's second login. It is a member of the role and switches to
// it on login, so grants and ownership are the role's, whichever login was used. Two logins allow
// changing a password while both are valid.
const secondLogin = "_2"

// Role is a component's database role.
type Role struct {
	Name      string
	Component string // its subcommand
	Grants    []Privilege
}

// Privilege is what a role may do with one object.
type Privilege struct {
	On  string // in GRANT's syntax: a table, or SEQUENCE, SCHEMA, FUNCTION and a name
	May string // in GRANT's syntax: SELECT, UPDATE (change)
}

// Components returns the table. It is the same on both databases, since either may be the primary.
func Components() []Role {
	return []Role{
		{CommandAPI, "command-api", append(everybodys(),
			Privilege{"recipes", "SELECT, INSERT, UPDATE"},
			Privilege{"ingredients", "SELECT, INSERT, UPDATE, DELETE"},
			Privilege{"users", "SELECT, INSERT, UPDATE"}, // only the operator deletes users and from the ledger
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
			Privilege{"retention_clock", "SELECT"}, // until when a deleted recipe is kept
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
		// It writes recipes as the command API does, and their pictures as the file service does.
		{Importer, "importer", append(everybodys(),
			Privilege{"recipes", "SELECT, INSERT, UPDATE"},
			Privilege{"ingredients", "SELECT, INSERT, UPDATE, DELETE"},
			Privilege{"users", "SELECT (id, grocery, disabled)"},
			Privilege{"user_changes", "SELECT, UPDATE (change)"},
			Privilege{"event_log", "SELECT, INSERT"},
			Privilege{"SEQUENCE event_log_id_seq", "USAGE"},
			Privilege{"idempotency_keys", "SELECT, INSERT"},
			Privilege{"retention_clock", "SELECT"}, // no deletion is dated before it
			Privilege{"file_removals", "SELECT, INSERT, UPDATE, DELETE"},
			Privilege{"SEQUENCE file_removals_number_seq", "USAGE"},
		)},
		// It also forgets what was deleted long ago: it may blank a recipe's text, but reads none.
		{Relay, "relay", append(everybodys(),
			Privilege{"event_log", "SELECT, UPDATE (published_at, stream_sequence, data, schema_version, traceparent, filler), DELETE"},
			Privilege{"recipes", "SELECT (user_id, id, version, change, name, created_at, updated_at, deleted_at), UPDATE (" +
				strings.Join(tables.TextColumns(), ", ") + ")"},
			Privilege{"ingredients", "SELECT (user_id, recipe_id), DELETE"},
			Privilege{"user_changes", "SELECT, UPDATE (change)"}, // to lock the user's row
			Privilege{"retention_clock", "SELECT, INSERT, UPDATE"},
			Privilege{"text_removals", "SELECT, INSERT, UPDATE, DELETE"},
		)},
		// The replica writes anything an event can contain, and rebuilds the tables in a schema
		// beside them.
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

// everybodys let a component check the schema's version and which database is the primary.
func everybodys() []Privilege {
	return []Privilege{{"goose_db_version", "SELECT"}, {"epoch", "SELECT"}}
}

// Of returns a component's role by its subcommand.
func Of(component string) (Role, bool) {
	all := Components()
	at := slices.IndexFunc(all, func(r Role) bool { return r.Component == component })
	if at < 0 {
		return Role{}, false
	}
	return all[at], true
}

// LoginOf returns a login by its name in settings: a component's first or second login.
func LoginOf(name string) (login string, ok bool) {
	component, second := strings.CutSuffix(name, secondLogin)
	role, ok := Of(component)
	if second {
		return role.Name + secondLogin, ok
	}
	return role.Name, ok
}

// LoginIn returns a component's login and password from those in settings, the first login if both
// are there.
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

// Names returns the components' role names in the recipe databases.
func Names() []string {
	var names []string
	for _, role := range Components() {
		names = append(names, role.Name)
	}
	return names
}
