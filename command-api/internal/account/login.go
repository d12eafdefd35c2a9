package account

import (
	"context"
	"errors"

	"larder.dev/command-api/internal/postgres"
	"larder.dev/events"
	"larder.dev/internal/identity"
)

// ErrRefused is the error of a login with a wrong name or password, or to a disabled account. It doesn't
// say which of them, and all take the same time.
var ErrRefused = errors.New("the name or the password is wrong")

// Login is one try to log in.
type Login struct {
	Name     string
	Password string
	Address  string // of the caller
	Agent    string // what the caller's program calls itself
}

// LogIn begins a session and gives its token. The errors to tell are ErrRefused and
// *identity.TooManyAttempts.
func (u *Users) LogIn(ctx context.Context, logins *identity.Logins, login Login) (events.User, string, error) {
	user, err := u.find(ctx, login.Name)
	if err != nil && !errors.Is(err, ErrNoUser) {
		return events.User{}, "", err
	}
	right, err := logins.Check(ctx, identity.Attempt{
		Name: Key(login.Name), Address: login.Address, Password: login.Password, Hash: user.PasswordHash,
	})
	switch {
	case err != nil:
		return events.User{}, "", err
	case !right || user.Disabled:
		return events.User{}, "", ErrRefused
	}
	token, err := u.sessions.Create(ctx, Identity(user), login.Agent)
	if err != nil {
		return events.User{}, "", err
	}
	return user.User, token, u.confirm(ctx, user, token)
}

// confirm ends the new session where the account has changed since it was read. Its sessions may have been
// ended between the two, and this one would have been missed.
func (u *Users) confirm(ctx context.Context, was postgres.Account, token string) error {
	is, err := u.store.UserByID(ctx, was.ID)
	if err == nil && Identity(is) == Identity(was) {
		return nil
	}
	if endErr := u.sessions.End(ctx, token); endErr != nil {
		return errors.Join(err, endErr)
	}
	if err != nil && !errors.Is(err, ErrNoUser) {
		return err
	}
	return ErrRefused
}
