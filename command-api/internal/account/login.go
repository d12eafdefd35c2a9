package account

import (
	"context"
	"errors"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/identity"
)

// ErrRefused means a wrong name, a wrong password or a disabled account. It doesn't reveal which,
// and all three take the same time.
var ErrRefused = errors.New("the name or the password is wrong")

// Login is one login attempt.
type Login struct {
	Name     string
	Password string
	Address  string // the caller's
	Agent    string // the caller's User-Agent
	Device   string // the device token from an earlier login
}

// LoggedIn is the result of a login.
type LoggedIn struct {
	User   events.User
	Token  string // the session's
	Device string // to present at the next login
}

// LogIn starts a session. The caller's errors are ErrRefused and *identity.TooManyAttempts.
func (u *Users) LogIn(ctx context.Context, logins *identity.Logins, login Login) (LoggedIn, error) {
	user, err := u.find(ctx, login.Name)
	if err != nil && !errors.Is(err, ErrNoUser) {
		return LoggedIn{}, err
	}
	if user.Disabled {
		// For a disabled account, a right password fails and counts like a wrong one. Otherwise the
		// count would reveal that the guess was right.
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

// confirm ends the new session if the account changed after it was read: the change may have ended
// the user's sessions in between and missed this one.
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
