package postgresroles

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/postgres"
)

// Database is one whose owner should not be a superuser.
type Database struct {
	Name string // as named in errors
	URL  string // the owner's
	// MakesRoles says that the owner creates the components' roles.
	MakesRoles bool
}

// taker stands in for the superuser while that one is renamed: nobody can rename their own
// session's role. It exists only within a transaction.
const taker = "larder_taking_over"

// ErrServersOwn rejects the address of a server's own superuser: the owner would have its name.
var ErrServersOwn = errors.New("postgres is the server's own superuser: give the address of an owner with another name")

// TakeOver replaces each database's superuser owner with an ordinary one of the same name and
// password, so all addresses stay valid. The superuser is renamed to postgres and loses its
// password, so it can only log in where the server trusts its own machine. Each database is taken
// over atomically, while it serves; TakeOver returns the names of those that were.
func TakeOver(ctx context.Context, databases ...Database) (taken []string, err error) {
	// Connect to all before changing the first: several may be on one server, whose superuser can't
	// log in afterwards.
	var conns []*pgx.Conn
	defer func() {
		for _, conn := range conns {
			_ = conn.Close(context.WithoutCancel(ctx))
		}
	}()
	for _, database := range databases {
		conn, err := postgres.Connect(ctx, database.URL, postgres.Options{Application: "larder take-over"})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", database.Name, err)
		}
		conns = append(conns, conn)
	}
	for i, database := range databases {
		was, err := takeOver(ctx, conns[i], database)
		if err != nil {
			return taken, fmt.Errorf("take over %s: %w", database.Name, err)
		}
		if was {
			taken = append(taken, database.Name)
		}
	}
	return taken, nil
}

func takeOver(ctx context.Context, conn *pgx.Conn, database Database) (taken bool, err error) {
	owner := conn.Config().User
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var came string
		err := tx.QueryRow(ctx, `SELECT rolsuper, rolname FROM pg_roles WHERE rolname = session_user`).Scan(&taken, &came)
		if err != nil || !taken {
			return err
		}
		if owner == superuser {
			return ErrServersOwn
		}
		// Queries queued behind this lock wait no longer than for a slow statement.
		if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '10s'`); err != nil {
			return err
		}
		if came == owner {
			if err := rename(ctx, tx, owner, conn.Config().Password, database.MakesRoles); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, HandOver(conn.Config().Database, owner))
		return err
	})
	return taken && err == nil, err
}

// superuser is the usual name of a server's superuser.
const superuser = "postgres"

// rename renames the superuser, and creates a role with the old name.
func rename(ctx context.Context, tx pgx.Tx, owner, password string, makesRoles bool) error {
	secret, err := verifier(password)
	if err != nil {
		return err
	}
	name := superuser
	there, err := isThere(ctx, tx, name)
	if err != nil {
		return err
	}
	if there {
		name = owner + "_superuser"
	}
	may := "NOCREATEROLE"
	if makesRoles {
		may = "CREATEROLE"
	}
	was, is := pgx.Identifier{owner}.Sanitize(), pgx.Identifier{name}.Sanitize()
	statements := []string{
		`CREATE ROLE ` + taker + ` SUPERUSER`,
		`SET LOCAL SESSION AUTHORIZATION ` + taker,
		`ALTER ROLE ` + was + ` RENAME TO ` + is,
		`ALTER ROLE ` + is + ` PASSWORD NULL`,
		`CREATE ROLE ` + was + ` LOGIN ` + may + ` PASSWORD '` + secret + `'`,
		`RESET SESSION AUTHORIZATION`,
		`DROP ROLE ` + taker,
	}
	for _, statement := range statements {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return fmt.Errorf("give the superuser another name: %w", err)
		}
	}
	if makesRoles {
		return administers(ctx, tx, was)
	}
	return nil
}

// administers lets the new owner alter the components' roles that the superuser created. Before
// PostgreSQL 16 CREATEROLE suffices for any role.
func administers(ctx context.Context, tx pgx.Tx, owner string) error {
	const since = 160000
	var version int
	if err := tx.QueryRow(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version); err != nil || version < since {
		return err
	}
	names := Names()
	for _, name := range Names() {
		names = append(names, name+secondLogin)
	}
	rows, err := tx.Query(ctx, `SELECT rolname FROM pg_roles WHERE rolname = ANY($1)`, names)
	if err != nil {
		return err
	}
	there, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, role := range there {
		_, err := tx.Exec(ctx, `GRANT `+pgx.Identifier{role}.Sanitize()+` TO `+owner+` WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`)
		if err != nil {
			return fmt.Errorf("let the owner change %s: %w", role, err)
		}
	}
	return nil
}

// handOver reassigns a superuser's objects in a database to the role named by the literal %[1]s,
// and finally the database %[2]s itself. A column's sequence follows its table, and an extension's
// members stay with it.
const handOver = `DO $take$
DECLARE
	owner text := %[1]s;
	mine oid := (SELECT oid FROM pg_roles WHERE rolname = session_user);
	thing text;
BEGIN
	FOR thing IN
		SELECT 'SCHEMA ' || quote_ident(nspname) FROM pg_namespace
			WHERE nspname = 'public' OR nspowner = mine AND nspname !~ '^pg_' AND nspname <> 'information_schema'
		UNION ALL SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE ' WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW ' ELSE 'TABLE ' END
				|| c.oid::regclass
			FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
			WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND relkind IN ('r', 'p', 'v', 'm', 'S') AND relowner = mine
				AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
					AND (c.relkind = 'S' AND d.deptype IN ('a', 'i') OR d.deptype = 'e'))
		UNION ALL SELECT 'ROUTINE ' || p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
			WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND proowner = mine
				AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')
	LOOP
		EXECUTE 'ALTER ' || thing || ' OWNER TO ' || quote_ident(owner);
	END LOOP;
END $take$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE CONNECT, TEMPORARY ON DATABASE %[2]s FROM PUBLIC;
ALTER DATABASE %[2]s OWNER TO %[3]s`

// HandOver returns the statements by which a superuser reassigns a database, and its own objects in
// it, to the owner. Only the owner and the guests, which are roles, may connect afterwards.
func HandOver(database, owner string, guests ...string) string {
	quoted := pgx.Identifier{database}.Sanitize()
	var statements strings.Builder
	fmt.Fprintf(&statements, handOver, "'"+strings.ReplaceAll(owner, "'", "''")+"'", quoted, pgx.Identifier{owner}.Sanitize())
	for _, guest := range guests {
		fmt.Fprintf(&statements, "; GRANT CONNECT ON DATABASE %s TO %s", quoted, pgx.Identifier{guest}.Sanitize())
	}
	return statements.String()
}
