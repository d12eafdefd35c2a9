// Package account holds the account use cases, one per file. Only an operator creates accounts;
// there is no self-registration.
package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/cases"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/internal/readyourwrites"
)

// Errors that the user can act on.
var (
	ErrNoUser         = recipestore.ErrNoUser
	ErrNameTaken      = recipestore.ErrNameTaken
	ErrBadName        = errors.New("a name has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or digit")
	ErrNameAlike      = errors.New("there is a user whose name looks the same")
	ErrWeakPassword   = fmt.Errorf("a password has %d to %d characters", MinPassword, MaxPassword)
	ErrCommonPassword = fmt.Errorf("%w, and this one is among those that are guessed first", ErrWeakPassword)
)

// Limits, in characters. Shorter passwords set under an earlier limit keep working.
const (
	MaxName     = 64
	MinPassword = 10
	MaxPassword = 1000
)

// Users manages the accounts.
type Users struct {
	store     *recipestore.Store
	sessions  *identity.Sessions
	passwords *identity.Passwords
	marks     *readyourwrites.Marks
}

// NewUsers builds the use cases on their stores.
func NewUsers(
	store *recipestore.Store, sessions *identity.Sessions, passwords *identity.Passwords, marks *readyourwrites.Marks,
) *Users {
	return &Users{store: store, sessions: sessions, passwords: passwords, marks: marks}
}

// Find returns the account with a name, ignoring case, or ErrNoUser.
func (u *Users) Find(ctx context.Context, name string) (events.User, error) {
	found, err := u.find(ctx, name)
	return found.User, err
}

func (u *Users) find(ctx context.Context, name string) (recipestore.Account, error) {
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return recipestore.Account{}, ErrNoUser // PostgreSQL can't store such text
	}
	return u.store.UserByName(ctx, Key(name))
}

// Key folds a name so that Ada, ada and ａｄａ are one person.
func Key(name string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(strings.TrimSpace(name))))
}

// Identity returns what a session keeps of an account.
func Identity(u recipestore.Account) identity.User {
	return identity.User{
		ID: u.ID, Name: u.Name, Admin: u.Admin, Grocery: u.Grocery, Epoch: u.Epoch, Version: u.Version,
	}
}

// cleanName normalizes a name. Besides our own rule it must be a PRECIS username (RFC 8265), which
// rejects invisible characters, mixed directions, and alternative spellings of the same name.
func cleanName(name string) (string, error) {
	name = norm.NFC.String(strings.TrimSpace(name))
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > MaxName {
		return "", ErrBadName
	}
	for i, r := range name {
		inner := i > 0 && (strings.ContainsRune(".-_", r) || unicode.IsMark(r))
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !inner {
			return "", ErrBadName
		}
	}
	if _, err := precis.UsernameCaseMapped.CompareKey(name); err != nil {
		return "", ErrBadName
	}
	return name, nil
}

// checkAlike returns ErrNameAlike if another account's name looks the same: "аda" in Cyrillic
// beside "ada". Two lookalikes added concurrently both pass, which is acceptable because only an
// operator adds accounts.
func (u *Users) checkAlike(ctx context.Context, name string) error {
	users, err := u.store.Users(ctx)
	if err != nil {
		return err
	}
	looks := skeleton(name)
	for _, user := range users {
		if Key(user.Name) != Key(name) && skeleton(user.Name) == looks {
			return fmt.Errorf("%w: %s", ErrNameAlike, user.Name)
		}
	}
	return nil
}

// skeleton is equal for names that look alike in lower or upper case (Unicode Technical Standard
// 39).
func skeleton(name string) string {
	return confusable.Skeleton(cases.Fold().String(confusable.Skeleton(Key(name))))
}

func (u *Users) hash(ctx context.Context, name, password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < MinPassword || n > MaxPassword {
		return "", ErrWeakPassword
	}
	common, err := identity.IsCommonPassword(password, Key(name), "larder")
	if err != nil {
		return "", err
	}
	if common {
		return "", ErrCommonPassword
	}
	return u.passwords.Hash(ctx, password)
}

// changeEndingSessions changes an account and ends the user's sessions. It ends them before the
// change, because if Redis failed afterwards they would all stay valid; and again after it, to
// catch a login in between. A login that already saw the change survives.
func (u *Users) changeEndingSessions(ctx context.Context, id string, change func(*events.User)) error {
	if _, err := u.sessions.EndAll(ctx, id); err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	changed, err := u.store.ChangeUser(ctx, id, change)
	if err != nil {
		return err
	}
	if _, err := u.sessions.EndBegunBefore(ctx, Identity(changed)); err != nil {
		return fmt.Errorf("the change is made, but a session may be left, so make it again: %w", err)
	}
	return nil
}
