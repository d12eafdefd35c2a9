package postgresserver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"larder.dev/internal/postgresroles"
)

// EnsureRoles creates the missing roles, which may log in and nothing else, and closes a cluster's
// default databases to everybody but the superuser.
func (s *Server) EnsureRoles(ctx context.Context, names ...string) error {
	passwords := map[string]string{}
	for _, name := range names {
		passwords[name] = s.passwordOf(name)
	}
	if err := postgresroles.Make(ctx, s.URL("postgres"), passwords); err != nil {
		return fmt.Errorf("give the embedded PostgreSQL its roles: %w", err)
	}
	return s.execute(ctx, "postgres", "close the cluster's own databases",
		`REVOKE CONNECT, TEMPORARY ON DATABASE postgres FROM PUBLIC; REVOKE CONNECT ON DATABASE template1 FROM PUBLIC`)
}

// URLOf returns a database's address for a role that EnsureRoles created, including its password.
func (s *Server) URLOf(role, database string) string {
	return s.url(role, s.passwordOf(role), database)
}

// passwordOf derives a role's password from the superuser's, the only one that is stored.
func (s *Server) passwordOf(role string) string {
	mac := hmac.New(sha256.New, []byte(s.password))
	mac.Write([]byte(role))
	return hex.EncodeToString(mac.Sum(nil))
}

// EnsureDatabase creates the database if it is missing, and makes owner its owner. A database that
// the superuser owns is transferred with its contents. Guests may connect, and nobody else; what
// they may do there is for the owner to grant.
func (s *Server) EnsureDatabase(ctx context.Context, name, owner string, guests ...string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to create database %s: %w", name, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// Create and check the refusal: checking first would be a race.
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	if refused, ok := errors.AsType[*pgconn.PgError](err); err != nil && (!ok || refused.Code != "42P04") { // duplicate_database
		return fmt.Errorf("create database %s: %w", name, err)
	}
	var owned bool
	err = conn.QueryRow(ctx, `SELECT pg_get_userbyid(datdba) = $2 FROM pg_database WHERE datname = $1`, name, owner).Scan(&owned)
	if err != nil {
		return fmt.Errorf("look whose database %s is: %w", name, err)
	}
	if owned {
		return nil
	}
	return s.handOver(ctx, name, owner, guests)
}

func (s *Server) handOver(ctx context.Context, database, owner string, guests []string) error {
	return s.execute(ctx, database, "make database "+database+" that of "+owner, postgresroles.HandOver(database, owner, guests...))
}

// execute runs a statement as the superuser.
func (s *Server) execute(ctx context.Context, database, what, statement string) error {
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return fmt.Errorf("connect to %s: %w", what, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
