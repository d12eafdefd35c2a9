package recipestore

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/postgres"
	"larder.dev/internal/postgresroles"
	"larder.dev/internal/tables"
	"larder.dev/internal/testkit"
)

// insufficientPrivilege is PostgreSQL's code for a denied statement.
const insufficientPrivilege = "42501"

// Each role can do its component's work and is denied the rest.
func TestRolesDoTheirWorkAlone(t *testing.T) {
	t.Parallel()
	const (
		newEvent = `INSERT INTO event_log (event_id, user_id, type, schema_version, subject, version, change, time, data)
			VALUES (gen_random_uuid(), gen_random_uuid(), 't', 1, 's', 1, 1, now(), '{}')`
		newUser = `INSERT INTO users (id, name, name_key, password_hash, version, created_at, updated_at)
			VALUES (gen_random_uuid(), 'eve', 'eve', '', 1, now(), now())`
		emptied = `UPDATE event_log SET data = '{}'`
		mark    = `UPDATE event_log SET published_at = now(), stream_sequence = 1`
	)
	everybodys := []string{
		`DROP TABLE recipes`, `ALTER TABLE recipes ADD COLUMN evil text`, `CREATE TABLE public.evil (a int)`, `CREATE SCHEMA evil`,
		`CREATE ROLE evil SUPERUSER`, `SET ROLE larder_owner`, `TRUNCATE recipes`, `ALTER TABLE event_log DISABLE TRIGGER ALL`,
		`UPDATE epoch SET epoch = epoch + 1`, `LOCK TABLE epoch IN ACCESS EXCLUSIVE MODE`, `UPDATE event_log SET version = 9`,
		`COPY recipes TO PROGRAM 'cat'`, `SELECT pg_read_file('/etc/passwd')`, `DELETE FROM goose_db_version`,
		`SELECT * FROM backup_copy`, `SET session_replication_role = replica`,
	}
	for role, work := range map[string]struct{ may, mayNot []string }{
		postgresroles.CommandAPI: {
			may: []string{
				newEvent, newUser, `SELECT password_hash FROM users`, `UPDATE user_changes SET change = change + 1`, `SELECT * FROM user_changes FOR UPDATE`,
				`UPDATE recipes SET name = ''`, `DELETE FROM ingredients`, `DELETE FROM idempotency_keys`, `SELECT analyze_recipes()`,
			},
			mayNot: []string{mark, emptied, `DELETE FROM users`, `DELETE FROM event_log`, `DELETE FROM recipes`, `SELECT * FROM file_removals`},
		},
		postgresroles.QueryAPI: {
			may: []string{`SELECT * FROM recipes, ingredients, user_changes, event_log, epoch`},
			mayNot: []string{
				newEvent, mark, emptied, `SELECT name FROM users`, `UPDATE recipes SET name = ''`, `DELETE FROM recipes`, `SELECT * FROM recipes FOR UPDATE`,
				`SELECT * FROM idempotency_keys`, `SELECT nextval('event_log_id_seq')`, `SELECT analyze_recipes()`,
			},
		},
		postgresroles.Files: {
			may: []string{newEvent, `UPDATE recipes SET files = '[]', version = 2`, `SELECT id, disabled FROM users`, `DELETE FROM file_removals`},
			mayNot: []string{
				mark, emptied, newUser, `SELECT password_hash FROM users`, `UPDATE recipes SET name = ''`, `DELETE FROM ingredients`,
				`INSERT INTO recipes SELECT * FROM recipes`, `DELETE FROM idempotency_keys`,
			},
		},
		postgresroles.Relay: {
			may: []string{
				mark, emptied, `SELECT data FROM event_log`, `UPDATE recipes SET name = '', notes = ''`, `DELETE FROM ingredients`,
				`SELECT * FROM user_changes FOR UPDATE`, `DELETE FROM text_removals`,
			},
			mayNot: []string{
				newEvent, `SELECT notes FROM recipes`, `SELECT text FROM ingredients`, `SELECT name FROM users`, `DELETE FROM recipes`,
				`UPDATE recipes SET version = 9`, `UPDATE recipes SET deleted_at = now()`, `SELECT nextval('event_log_id_seq')`,
			},
		},
		postgresroles.Projectors: {
			may: []string{
				newUser, mark, `DELETE FROM recipes`, `DELETE FROM event_log`, `DELETE FROM idempotency_keys WHERE user_id = gen_random_uuid()`,
				`CREATE UNLOGGED TABLE larder_rebuild.event_log (LIKE event_log INCLUDING ALL)`,
			},
			mayNot: []string{`SELECT body FROM idempotency_keys`, `INSERT INTO idempotency_keys SELECT * FROM idempotency_keys`, `SELECT * FROM file_removals`},
		},
	} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			conn := asRole(t, role)
			for _, statement := range work.may {
				require.NoError(t, undone(t, conn, statement), statement)
			}
			for _, statement := range slices.Concat(everybodys, work.mayNot) {
				require.Equal(t, insufficientPrivilege, postgres.Code(undone(t, conn, statement)), statement)
			}
		})
	}
}

// The roles' grants match the table down to the columns, even if a database had more of them.
func TestGrantsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	url := withRoles(t)
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(ctx, `GRANT DELETE ON users TO larder_relay; GRANT SELECT (body) ON idempotency_keys TO larder_query_api;
		GRANT USAGE ON SEQUENCE event_log_id_seq TO larder_relay; GRANT EXECUTE ON FUNCTION analyze_recipes() TO larder_relay`)
	require.NoError(t, err)
	require.NoError(t, postgresroles.Grant(ctx, url))

	rows, err := conn.Query(ctx, `
		SELECT grantee::regrole || ' ' || privilege_type || ' ' || thing FROM (
			SELECT relname::text AS thing, relacl AS acl FROM pg_class WHERE relnamespace = 'public'::regnamespace
			UNION ALL SELECT relname || '.' || attname, attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace
			UNION ALL SELECT proname, proacl FROM pg_proc WHERE pronamespace = 'public'::regnamespace
			UNION ALL SELECT nspname, nspacl FROM pg_namespace WHERE nspname = 'larder_rebuild'
		) AS things, aclexplode(acl) WHERE grantee::regrole::text = ANY($1) ORDER BY 1`, postgresroles.Names())
	require.NoError(t, err)
	have, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.ElementsMatch(t, ofTheTable(), have)
}

// A rebuild by projectors from before roles drops the rebuild schema; the next migration recreates
// it with the role's grants.
func TestPlaceOfRebuildsComesBack(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	url := withRoles(t)
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(ctx, `DROP SCHEMA larder_rebuild CASCADE`)
	require.NoError(t, err)
	require.NoError(t, postgresroles.Grant(ctx, url))
	_, err = conn.Exec(ctx, `SET SESSION AUTHORIZATION larder_projectors; CREATE TABLE larder_rebuild.recipes (LIKE recipes)`)
	require.NoError(t, err)
}

// ofTheTable lists the table's grants like a catalog: one line per role, privilege, and object or
// column.
func ofTheTable() []string {
	var lines []string
	privilege := regexp.MustCompile(`(\w+)(?: \(([^)]*)\))?`)
	for _, role := range postgresroles.Components() {
		for _, p := range role.Grants {
			words := strings.Fields(strings.TrimSuffix(p.On, "()"))
			thing := words[len(words)-1]
			for _, m := range privilege.FindAllStringSubmatch(p.May, -1) {
				if m[2] == "" {
					lines = append(lines, role.Name+" "+m[1]+" "+thing)
					continue
				}
				for column := range strings.SplitSeq(m[2], ", ") {
					lines = append(lines, role.Name+" "+m[1]+" "+thing+"."+column)
				}
			}
		}
	}
	return lines
}

// asRole returns a connection with exactly a role's rights.
func asRole(t *testing.T, role string) *pgx.Conn {
	t.Helper()
	ctx := testkit.Context(t)
	conn, err := pgx.Connect(ctx, withRoles(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(ctx, `SET SESSION AUTHORIZATION `+pgx.Identifier{role}.Sanitize())
	require.NoError(t, err)
	return conn
}

// undone runs a statement and rolls it back.
func undone(t *testing.T, conn *pgx.Conn, statement string) error {
	t.Helper()
	ctx := testkit.Context(t)
	tx, err := conn.Begin(ctx)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, statement)
	require.NoError(t, tx.Rollback(ctx))
	return err
}

// withRoles returns a database whose server has the roles. They belong to the server, and stay.
func withRoles(t *testing.T) (url string) {
	t.Helper()
	ctx := testkit.Context(t)
	url = testkit.Postgres(t, migrateForRoles)
	passwords := map[string]string{postgresroles.Owner: testkit.RolePassword}
	for _, name := range postgresroles.Names() {
		passwords[name] = testkit.RolePassword
	}
	require.NoError(t, postgresroles.Make(ctx, url, passwords))
	require.NoError(t, postgresroles.Grant(ctx, url))
	return url
}

func migrateForRoles(ctx context.Context, url string) error {
	return postgres.Migrate(ctx, url, tables.Migrations(), slog.New(slog.DiscardHandler))
}
