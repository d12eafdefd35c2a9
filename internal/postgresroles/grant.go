package postgresroles

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/postgres"
)

// grantLock lets one program at a time change a database's grants: two that change the same row
// fail.
const grantLock = 0x6c617264_726f6c65

// Grant gives each existing role exactly the table's privileges, revoking any others, in one
// transaction, so running components notice nothing. The address is that of the tables' owner.
func Grant(ctx context.Context, url string) error {
	conn, err := postgres.Connect(ctx, url, postgres.Options{Application: "larder grants"})
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := keepPlace(ctx, conn); err != nil {
		return err
	}
	there, err := existing(ctx, conn)
	if err != nil || len(there) == 0 {
		return err
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(grantLock)); err != nil {
			return err
		}
		things, err := owned(ctx, tx)
		if err != nil {
			return err
		}
		work := &pgx.Batch{}
		for _, role := range Components() {
			if slices.Contains(there, role.Name) {
				role.queue(work, things, conn.Config().Database)
			}
		}
		return tx.SendBatch(ctx, work).Close()
	})
	if err != nil {
		return fmt.Errorf("grant what the roles may do: %w", err)
	}
	return nil
}

// keepPlace recreates the schema for rebuilds' tables if it is gone: projectors from before there
// were roles drop it after a rebuild, and during a roll-out they run beside this version's.
func keepPlace(ctx context.Context, conn *pgx.Conn) error {
	var gone bool
	if err := conn.QueryRow(ctx, `SELECT to_regnamespace('larder_rebuild') IS NULL`).Scan(&gone); err != nil {
		return fmt.Errorf("look for the place of rebuilds: %w", err)
	}
	if !gone {
		return nil
	}
	if _, err := conn.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS larder_rebuild`); err != nil {
		return fmt.Errorf("make the place of rebuilds again: %w", err)
	}
	return nil
}

func existing(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `SELECT rolname FROM pg_roles WHERE rolname = ANY($1)`, Names())
	if err != nil {
		return nil, fmt.Errorf("list the roles: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the roles: %w", err)
	}
	return names, nil
}

// owned lists what can be granted on, in GRANT's syntax, limited to the caller's own objects, so
// that foreign tables in the same database stay unchanged.
func owned(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || oid::regclass FROM pg_class
			WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_has_role(relowner, 'USAGE')
		UNION ALL SELECT 'FUNCTION ' || oid::regprocedure FROM pg_proc
			WHERE pronamespace = 'public'::regnamespace AND pg_has_role(proowner, 'USAGE')
		UNION ALL SELECT 'SCHEMA larder_rebuild'`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func (r Role) queue(work *pgx.Batch, things []string, database string) {
	to := pgx.Identifier{r.Name}.Sanitize()
	for _, thing := range things {
		work.Queue(`REVOKE ALL ON ` + thing + ` FROM ` + to)
	}
	for _, p := range r.Grants {
		work.Queue(`GRANT ` + p.May + ` ON ` + p.On + ` TO ` + to)
	}
	work.Queue(`GRANT CONNECT ON DATABASE ` + pgx.Identifier{database}.Sanitize() + ` TO ` + to)
}
