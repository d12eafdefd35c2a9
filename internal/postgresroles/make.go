package postgresroles

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// makeAttempts bounds the tries of [Make] beside another program that makes the same roles.
const makeAttempts = 5

// Make makes the roles that aren't there, by name, and gives each its password. The address is that of somebody who may
// make roles.
func Make(ctx context.Context, url string, passwords map[string]string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to make roles: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for attempt := 1; ; attempt++ {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return makeRoles(ctx, tx, passwords) })
		if err == nil {
			return nil
		}
		if !overtaken(err) || attempt == makeAttempts {
			return fmt.Errorf("make the roles of the components: %w", err)
		}
	}
}

func makeRoles(ctx context.Context, tx pgx.Tx, passwords map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(passwords)) {
		var there bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, name).Scan(&there); err != nil {
			return err
		}
		do := "CREATE"
		if there {
			do = "ALTER"
		}
		secret, err := verifier(passwords[name])
		if err != nil {
			return err
		}
		// A verifier has no character that needs quoting.
		if _, err := tx.Exec(ctx, do+` ROLE `+pgx.Identifier{name}.Sanitize()+` LOGIN PASSWORD '`+secret+`'`); err != nil {
			return fmt.Errorf("role %s: %w", name, err)
		}
	}
	return nil
}

// overtaken tells whether another program made or changed the same role meanwhile.
func overtaken(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	// duplicate_object, unique_violation, and "tuple concurrently updated", which has no code of its own
	return ok && slices.Contains([]string{"42710", "23505", "XX000"}, refused.Code)
}

const (
	verifierRounds = 4096 // as PostgreSQL has it
	saltBytes      = 16
)

// verifier is what PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5803). It is made here, so that the password itself
// is in no statement, and in no log of the server.
func verifier(password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	salted, err := pbkdf2.Key(sha256.New, password, salt, verifierRounds, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	stored := sha256.Sum256(keyed(salted, "Client Key"))
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", verifierRounds, encode(salt), encode(stored[:]), encode(keyed(salted, "Server Key"))), nil
}

func keyed(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
