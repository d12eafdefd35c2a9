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
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"larder.dev/internal/postgres"
)

// makeAttempts bounds the tries of [Make] beside another program that makes the same roles.
const makeAttempts = 5

// Make makes the roles and second logins that aren't there, by name, and gives each its password. The address is that of somebody who may
// make roles; where they may not, or the server takes no verifiers as some hosted ones don't, the roles and passwords that
// somebody else made will do.
func Make(ctx context.Context, url string, passwords map[string]string) error {
	conn, err := postgres.Connect(ctx, url, postgres.Options{Application: "larder roles"})
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for attempt := 1; ; attempt++ {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return makeRoles(ctx, tx, passwords) })
		if err == nil {
			return nil
		}
		if overtaken(err) && attempt < makeAttempts {
			continue
		}
		if admitted(ctx, url, passwords) {
			return nil
		}
		return fmt.Errorf("make the roles of the components: %w", err)
	}
}

// admitted tells whether each role is there and has its password.
func admitted(ctx context.Context, url string, passwords map[string]string) bool {
	for name, password := range passwords {
		address, err := Address(url, name, password)
		if err != nil {
			return false
		}
		conn, err := postgres.Connect(ctx, address, postgres.Options{Application: "larder roles"})
		if err == nil {
			_ = conn.Close(context.WithoutCancel(ctx))
			continue
		}
		// After the password was right the server looks whether the role may use this database, which is granted later.
		if postgres.Code(err) != noPrivilege {
			return false
		}
	}
	return true
}

const noPrivilege = "42501"

func makeRoles(ctx context.Context, tx pgx.Tx, passwords map[string]string) error {
	// Of another database of the server nothing is locked: there Make tries again.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(grantLock)); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(passwords)) {
		there, err := isThere(ctx, tx, name)
		if err != nil {
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
		if role, second := strings.CutSuffix(name, secondLogin); second && !there {
			if err := makeSecond(ctx, tx, role); err != nil {
				return fmt.Errorf("role %s: %w", name, err)
			}
		}
	}
	return nil
}

func isThere(ctx context.Context, tx pgx.Tx, role string) (there bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, role).Scan(&there)
	return there, err
}

// makeSecond has the second login of a role be that role. The first one is made too where a server never had it: it can't
// be entered by, since it has no password.
func makeSecond(ctx context.Context, tx pgx.Tx, role string) error {
	there, err := isThere(ctx, tx, role)
	if err != nil {
		return err
	}
	first, second := pgx.Identifier{role}.Sanitize(), pgx.Identifier{role + secondLogin}.Sanitize()
	statements := []string{`GRANT ` + first + ` TO ` + second, `ALTER ROLE ` + second + ` SET role TO ` + first}
	if !there {
		statements = slices.Insert(statements, 0, `CREATE ROLE `+first+` LOGIN`)
	}
	for _, statement := range statements {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// EndOthers takes the password from the other login of each role of which one login is named, so that nobody enters by it
// any more; who has entered stays. Where both of a role are named, both stay good. The address is as Make's.
func EndOthers(ctx context.Context, url string, logins []string) error {
	conn, err := postgres.Connect(ctx, url, postgres.Options{Application: "larder roles"})
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, login := range logins {
			other, second := strings.CutSuffix(login, secondLogin)
			if !second {
				other = login + secondLogin
			}
			if slices.Contains(logins, other) {
				continue
			}
			there, err := isThere(ctx, tx, other)
			if err != nil {
				return err
			}
			if !there {
				continue
			}
			if _, err := tx.Exec(ctx, `ALTER ROLE `+pgx.Identifier{other}.Sanitize()+` PASSWORD NULL`); err != nil {
				return fmt.Errorf("role %s: %w", other, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("end the logins that aren't named: %w", err)
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
