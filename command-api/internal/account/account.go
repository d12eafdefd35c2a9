// Package account holds the use cases of an account, one file each. Accounts are made by an operator;
// nobody registers by themselves.
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

// Errors that a person can do something about.
var (
	ErrNoUser         = recipestore.ErrNoUser
	ErrNameTaken      = recipestore.ErrNameTaken
	ErrBadName        = errors.New("a name has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or digit")
	ErrNameAlike      = errors.New("there is a user whose name looks the same")
	ErrWeakPassword   = fmt.Errorf("a password has %d to %d characters", MinPassword, MaxPassword)
	ErrCommonPassword = fmt.Errorf("%w, and this one is among those that are guessed first", ErrWeakPassword)
)

// Limits, in characters. Passwords that were shorter when they were set go on to work.
const (
	MaxName     = 64
	MinPassword = 10
	MaxPassword = 1000
)

// Users are the accounts.
type Users struct {
	store     *recipestore.Store
	sessions  *identity.Sessions
	passwords *identity.Passwords
	marks     *readyourwrites.Marks
}

// NewUsers makes the use cases over their stores.
func NewUsers(
	store *recipestore.Store, sessions *identity.Sessions, passwords *identity.Passwords, marks *readyourwrites.Marks,
) *Users {
	return &Users{store: store, sessions: sessions, passwords: passwords, marks: marks}
}

// Find gives the account with a name, whatever its case, or ErrNoUser.
func (u *Users) Find(ctx context.Context, name string) (events.User, error) {
	found, err := u.find(ctx, name)
	return found.User, err
}

func (u *Users) find(ctx context.Context, name string) (recipestore.Account, error) {
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return recipestore.Account{}, ErrNoUser // Postgres has no such text
	}
	return u.store.UserByName(ctx, Key(name))
}

// Key folds a name, so that Ada, ada and ａｄａ are one person.
func Key(name string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(strings.TrimSpace(name))))
}

// Identity is what a session keeps of an account.
func Identity(u recipestore.Account) identity.User {
	return identity.User{
		ID: u.ID, Name: u.Name, Admin: u.Admin, Grocery: u.Grocery, Epoch: u.Epoch, Version: u.Version,
	}
}

// cleanName gives a name as it is kept. Beside our own rule it must be a user name by PRECIS (RFC 8265), which refuses
// what is invisible, mixes directions, or is another way to write the same.
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

// checkAlike gives ErrNameAlike where the name of another account looks the same: "аda" in Cyrillic beside "ada". Two
// such names that are added in the same moment are both let in; only an operator adds them.
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

// skeleton is the same for names that look the same (Unicode Technical Standard 39), in small and in capital letters.
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

// changeEndingSessions changes an account and ends the user's sessions. They are ended before it, since a change
// that is made while Redis is away would leave them all in; and after it, for a login that came between. A login that
// already knows of the change stays.
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
