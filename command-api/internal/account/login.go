package account

import (
	"context"
	"errors"

	"larder.dev/command-api/internal/recipestore"
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
	Device   string // what the caller shows of an earlier login
}

// LoggedIn is what a login has come to.
type LoggedIn struct {
	User   events.User
	Token  string // of the session
	Device string // what the caller may show at the next login
}

// LogIn begins a session. The errors to tell are ErrRefused and *identity.TooManyAttempts.
func (u *Users) LogIn(ctx context.Context, logins *identity.Logins, login Login) (LoggedIn, error) {
	user, err := u.find(ctx, login.Name)
	if err != nil && !errors.Is(err, ErrNoUser) {
		return LoggedIn{}, err
	}
	if user.Disabled {
		// A right password fails as a wrong one does, and counts as one: an account that took no count of it
		// would tell who has found it.
		user.PasswordHash = ""
	}
	device, right, err := logins.Check(ctx, identity.Attempt{
		Name: Key(login.Name), Address: login.Address, Device: login.Device,
		Password: login.Password, Hash: user.PasswordHash,
	})
	switch {
	case err != nil:
		return LoggedIn{}, err
	case !right:
		return LoggedIn{}, ErrRefused
	}
	token, err := u.sessions.Create(ctx, Identity(user), login.Agent)
	if err != nil {
		return LoggedIn{}, err
	}
	if err := u.confirm(ctx, user, token); err != nil {
		return LoggedIn{}, err
	}
	return LoggedIn{User: user.User, Token: token, Device: device}, nil
}

// confirm ends the new session where the account has changed since it was read. Its sessions may have been
// ended between the two, and this one would have been missed.
func (u *Users) confirm(ctx context.Context, was recipestore.Account, token string) error {
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
