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

// makeAttempts bounds the attempts of [Make] while another program makes the same roles.
const makeAttempts = 5

// Make creates the missing roles and second logins by name, and sets each password. The address is
// that of a role that may create roles. If it may not, or the server rejects verifiers, as some
// hosted ones do, existing roles with these passwords suffice.
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

// admitted reports whether each role exists and has its password.
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
		// The server checks the password first, then whether the role may use this database, which
		// is granted later.
		if postgres.Code(err) != noPrivilege {
			return false
		}
	}
	return true
}

const noPrivilege = "42501"

func makeRoles(ctx context.Context, tx pgx.Tx, passwords map[string]string) error {
	// The lock doesn't cover the server's other databases: there Make retries.
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

// makeSecond makes a role's second login act as that role. It also creates a missing first one,
// which can't log in, since it has no password.
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

// EndOthers removes the password from the unnamed login of each role of which one login is named,
// so that nobody logs in with it any more; open connections stay. If both of a role are named, both
// stay valid. The address is as for Make.
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

// overtaken reports whether another program created or changed the same role meanwhile.
func overtaken(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	// duplicate_object, unique_violation, and "tuple concurrently updated", which has no code of
	// its own
	return ok && slices.Contains([]string{"42710", "23505", "XX000"}, refused.Code)
}

const (
	verifierRounds = 4096 // PostgreSQL's default
	saltBytes      = 16
)

// verifier returns what PostgreSQL stores for a password (SCRAM-SHA-256, RFC 5803). Computing it
// here keeps the password out of statements and the server's logs.
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
